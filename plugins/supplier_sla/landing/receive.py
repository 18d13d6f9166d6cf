"""Settles one delivered file, as each of its entities: known, a copy of a loaded one, loaded, refused, or waiting."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.book.content import count_left_out, note_keys_of_full_dump, note_sources, note_sources_of_copy
from supplier_sla.landing.book.deliveries import (
    Arrival,
    SettledDelivery,
    any_let_in,
    book_arrival,
    is_return,
    latest_delivery,
    note_delivered_again,
    original_delivery,
    settle,
)
from supplier_sla.landing.book.waiting import wait
from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.control.files import (
    Control,
    check_content,
    check_hash,
    control_name,
    data_names_of_control,
    read_control,
    trailer_control,
)
from supplier_sla.landing.control.trailer import WithoutTrailer
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.load import Loaded, load_delivery
from supplier_sla.landing.outcome import Counts, DeliveryOutcome, UnchangedFile
from supplier_sla.landing.packing.unpacking import UnpackLimits, unpacked
from supplier_sla.landing.personal.values import KEEP_EVERYTHING, NOT_SHOWN, PersonalData
from supplier_sla.landing.profiles.fingerprint import reading_fingerprint
from supplier_sla.landing.profiles.profile import Reading, SourceProfile, choose_readings_by_names
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.rereading import Reread


class FileLeftAlone(SupplierSlaError):
    """The file is no delivery of this run; nothing of it is kept."""


class FileInMotion(FileLeftAlone):
    """The file vanished or changed after its content was hashed; nothing of it is kept, a later run takes it."""


@dataclass(frozen=True)
class Run:
    """What is the same for every file of a run."""

    as_of: datetime
    run_id: str
    profiles: tuple[SourceProfile, ...]
    contracts: Mapping[str, FileContract]
    limits: UnpackLimits
    bad_row_limits: BadRowLimits = field(default_factory=BadRowLimits)  # where a profile has none of its own
    personal: PersonalData = KEEP_EVERYTHING

    def readings(self, names: Sequence[str]) -> list[Reading]:
        """How a file that goes by these names is read, once for each entity; raises FileRefused if it cannot be."""
        found = choose_readings_by_names(names, self.profiles, self.contracts)
        return [replace(reading, personal=self.personal) for reading in found]


@dataclass(frozen=True)
class _Booked:
    """A file in the book, with what its content is compared with while it is loaded."""

    delivery_id: int
    arrival: Arrival
    latest: SettledDelivery | None = None
    control: Control | None = None
    holds_control: bool = True  # not where an earlier reading has let the file in


@dataclass
class _Noted:
    """What was seen while the file's rows were still at hand."""

    rows_left_out: int | None = None


def receive_file(connection: Connection, file: LandedFile, run: Run) -> Iterator[DeliveryOutcome | UnchangedFile]:
    """Settle `file`, one entity after the other; each is a delivery of its own, with its own counts and state.

    A delivery is booked as `received` first, in a transaction of its own: a crash later leaves that trace, and the next
    run loads it again.

    Raises:
        FileLeftAlone: a control file, or a file that waits for its own.
        FileInMotion: the file is not what it was when it was hashed.
    """
    _leave_control_file_alone(connection, file, run)
    try:
        if file.refusal is not None:
            raise file.refusal
        readings = run.readings(file.reading_names)
    except FileRefused as refusal:
        yield _receive(connection, file, run, None, refusal)
        return
    for reading in readings:
        yield _receive(connection, file, run, reading, None)


def _receive(
    connection: Connection, file: LandedFile, run: Run, reading: Reading | None, refusal: FileRefused | None
) -> DeliveryOutcome | UnchangedFile:
    """Settle the file as one entity, or as none where no profile reads it."""
    control, is_missing = None, False
    if reading is not None and reading.file_profile.control is not None and reading.file_profile.control.name:
        try:
            control = read_control(file, reading.file_profile.control)
            is_missing = control is None
        except FileRefused as unreadable:
            refusal = unreadable
    arrival = Arrival(
        file=file,
        profile=reading.profile.name if reading else None,
        entity=reading.contract.entity if reading else None,
        exported_at=reading.exported_at if reading else None,
        as_of=run.as_of,
        run_id=run.run_id,
        snapshot_interval=reading.file_profile.snapshot_interval if reading else None,
        reading_fingerprint=reading_fingerprint(
            reading, run.profiles, run.limits, run.bad_row_limits, control.content_sha256 if control else str(refusal)
        ),
        content_kind=reading.file_profile.content if reading else "changes",
        control_file=control.file_name if control else None,
    )
    with connection, connection.cursor() as cursor:
        latest = latest_delivery(cursor, arrival)
        if latest is not None and latest.already_deals_with(arrival):
            note_delivered_again(cursor, latest, arrival)
            return UnchangedFile(file.relative_path)
    if reading is not None and is_missing:
        refusal = _wait_for_control_file(connection, file, reading, run)
    with connection, connection.cursor() as cursor:
        is_back = is_return(cursor, arrival)
        booked = _Booked(book_arrival(cursor, arrival, latest), arrival, latest, control)
        if refusal is not None:
            return settle(cursor, booked.delivery_id, arrival, "refused", Counts(), reason=str(refusal))
        original = None if is_back or control else original_delivery(cursor, arrival)
        if original is not None:
            counts = Counts(
                rows_in_file=original.rows_in_file,
                rows_repeated=original.rows_in_file,
                rows_elsewhere=original.rows_elsewhere,
            )
            note_sources_of_copy(cursor, booked.delivery_id, original.delivery_id)
            return settle(
                cursor, booked.delivery_id, arrival, "repeated", counts, repeats_delivery_id=original.delivery_id
            )
    assert reading is not None  # either there is a reading or a refusal
    return _load(connection, booked, reading, run, is_back=is_back)


def _leave_control_file_alone(connection: Connection, file: LandedFile, run: Run) -> None:
    """Raise FileLeftAlone if `file` is a control file; one whose data file is missing is written down."""
    names = data_names_of_control(file, run.profiles)
    if names is None:
        return
    if names:
        raise FileLeftAlone(f"control file of {', '.join(names)}")
    with connection, connection.cursor() as cursor:
        wait(
            cursor,
            file.relative_path,
            waits_for="its data file",
            reason="data_file_missing",
            as_of=run.as_of,
            run_id=run.run_id,
        )
    raise FileLeftAlone("control file without its data file", next_step="have the data file sent")


def _wait_for_control_file(connection: Connection, file: LandedFile, reading: Reading, run: Run) -> FileRefused | None:
    """None: the file may come in without. Else why it is refused now; raises FileLeftAlone while it waits."""
    profile = reading.file_profile.control
    assert profile is not None  # only a file whose profile announces one can miss it
    if profile.when_missing == "accept":
        return None
    name = control_name(file, profile)
    deadline = run.as_of
    if profile.when_missing == "wait":
        with connection, connection.cursor() as cursor:
            since = wait(
                cursor,
                file.relative_path,
                waits_for=name,
                reason="control_file_missing",
                as_of=run.as_of,
                run_id=run.run_id,
            )
            deadline = since + timedelta(hours=profile.wait_hours)
    if run.as_of < deadline:
        raise FileLeftAlone(f"waits for its control file {name} until {deadline:%Y-%m-%d %H:%M %Z}")
    return FileRefused("its control file", expected=name, found="no such file", next_step="have it sent")


def _load(connection: Connection, booked: _Booked, reading: Reading, run: Run, *, is_back: bool) -> DeliveryOutcome:
    """Rows, quarantine and the delivery's state in one transaction."""
    try:
        with connection, connection.cursor() as cursor:
            return _load_and_settle(cursor, booked, reading, run, is_back=is_back)
    except FileRefused as refusal:
        with connection, connection.cursor() as cursor:
            reason = _reason(refusal, reading)
            return settle(cursor, booked.delivery_id, booked.arrival, "refused", Counts(), reason=reason)


def _reason(refusal: FileRefused, reading: Reading) -> str:
    """What is told of a refused file: what was found in it may be a row's values, where these are not to be told."""
    if refusal.found and reading.personal.protects(reading.contract):
        return str(FileRefused(refusal.what, expected=refusal.expected, found=NOT_SHOWN, next_step=refusal.next_step))
    return str(refusal)


def load_and_settle(
    cursor: Cursor, delivery_id: int, arrival: Arrival, reading: Reading, run: Run, *, reread: Reread | None = None
) -> DeliveryOutcome:
    """Load a file that is booked and write down what became of it, within the caller's transaction.

    Raises:
        FileRefused: it cannot be read as a whole; the caller rolls back.
        FileInMotion: it is not what it was when it was hashed.
    """
    holds_control = reread is None or not any_let_in(cursor, reread.delivery_ids)
    control = _control_for_reread(arrival.file, reading) if holds_control else None
    booked = _Booked(delivery_id, arrival, control=control, holds_control=holds_control)
    return _load_and_settle(cursor, booked, reading, run, reread=reread)


def _control_for_reread(file: LandedFile, reading: Reading) -> Control | None:
    """A file that was refused must keep to its control file before anything of it is let in."""
    profile = reading.file_profile.control
    if profile is None or not profile.name:
        return None
    control = read_control(file, profile)
    if control is None and profile.when_missing != "accept":
        raise FileRefused("its control file", expected=control_name(file, profile), found="no such file")
    return control


def _load_and_settle(
    cursor: Cursor,
    booked: _Booked,
    reading: Reading,
    run: Run,
    *,
    reread: Reread | None = None,
    is_back: bool = False,
) -> DeliveryOutcome:
    if booked.control is not None:
        check_hash(booked.control, booked.arrival.file)
    noted = _Noted()
    loaded = _load_hashed_content(
        cursor, booked, reading, run, reread, lambda counts: _note_content(cursor, booked, reading, counts, noted)
    )
    return settle(
        cursor,
        booked.delivery_id,
        booked.arrival,
        "refused" if loaded.refusal else _state(loaded.counts),
        loaded.counts,
        reason=str(loaded.refusal) if loaded.refusal else None,
        extra_columns=loaded.extra_columns,
        lines_skipped=loaded.lines_skipped,
        objects_without_records=loaded.objects_without_records,
        rows_left_out=noted.rows_left_out,
        remarks=tuple(_remarks(booked, loaded.counts, noted.rows_left_out, is_back=is_back)),
    )


def _note_content(cursor: Cursor, booked: _Booked, reading: Reading, counts: Counts, noted: _Noted) -> None:
    """Hold the content against its control file, and write down what the book keeps of it."""
    if booked.control is not None:
        check_content(cursor, booked.control, counts)
    note_sources(cursor, reading.contract, booked.delivery_id)
    if booked.arrival.content_kind == "full":
        note_keys_of_full_dump(cursor, reading.contract, booked.delivery_id)
    if booked.latest is not None and booked.latest.has_rows:
        noted.rows_left_out = count_left_out(cursor, reading.contract, booked.latest.delivery_id)


def _remarks(booked: _Booked, counts: Counts, left_out: int | None, *, is_back: bool) -> list[str]:
    """What the report says beside the counts."""
    remarks = []
    if is_back:
        remarks.append("its name has gone back to content delivered before, which counts as said again")
    if booked.latest is not None and left_out is not None:
        remarks.append(
            f"after delivery {booked.latest.delivery_id} of the same name: rows that differ from what was known"
            f" {counts.rows_loaded:,}, rows of that delivery that are not in it {left_out:,}"
        )
    return remarks


def _load_hashed_content(
    cursor: Cursor,
    booked: _Booked,
    reading: Reading,
    run: Run,
    reread: Reread | None,
    inspect: Callable[[Counts], None],
) -> Loaded:
    """Load the file and make sure that what was loaded is what was hashed."""
    file = booked.arrival.file
    try:
        with file.path.open("rb") as stream, unpacked(stream, file, run.limits) as content:
            trailer = _trailer(content, reading)

            def look(counts: Counts) -> None:
                if trailer is not None and reading.file_profile.control is not None and booked.holds_control:
                    check_content(cursor, trailer_control(trailer.line, reading.file_profile.control), counts)
                inspect(counts)

            loaded = load_delivery(
                cursor,
                content if trailer is None else io.BufferedReader(trailer),
                reading,
                delivery_id=booked.delivery_id,
                as_of=booked.arrival.as_of,
                limits=run.limits,
                bad_row_limits=reading.profile.limits.over(run.bad_row_limits),
                reread=reread,
                inspect=look,
            )
        is_unchanged = file.is_unchanged()
    except OSError as error:
        raise FileInMotion("the file cannot be read any more", found=error.strerror or str(error)) from error
    if not is_unchanged:
        raise FileInMotion("changed while it was loaded", next_step="deliver under a temporary name, then rename")
    return loaded


def _trailer(content: BinaryIO, reading: Reading) -> WithoutTrailer | None:
    control = reading.file_profile.control
    return WithoutTrailer(content) if control is not None and control.trailer else None


def _state(counts: Counts) -> str:
    if counts.rows_quarantined:
        return "partly_loaded"
    if counts.rows_repeated and not counts.rows_loaded:
        return "repeated"
    return "loaded"
