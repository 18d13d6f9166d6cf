"""Settles one delivered file, as each of its entities: known, a copy of a loaded one, loaded, refused, or waiting."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2.extensions import connection as Connection

from supplier_sla.landing.book.content import note_sources_of_copy
from supplier_sla.landing.book.deliveries import (
    Arrival,
    book_arrival,
    is_return,
    latest_delivery,
    note_delivered_again,
    original_delivery,
    settle,
)
from supplier_sla.landing.control.arrival import leave_control_file_alone, wait_for_control_file
from supplier_sla.landing.control.files import (
    read_control,
)
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.letting_in import Booked, let_in
from supplier_sla.landing.outcome import Counts, DeliveryOutcome, UnchangedFile
from supplier_sla.landing.personal.values import NOT_SHOWN
from supplier_sla.landing.profiles.fingerprint import reading_fingerprint
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.run import Run


def receive_file(connection: Connection, file: LandedFile, run: Run) -> Iterator[DeliveryOutcome | UnchangedFile]:
    """Settle `file`, one entity after the other; each is a delivery of its own, with its own counts and state.

    A delivery is booked as `received` first, in a transaction of its own: a crash later leaves that trace, and the next
    run loads it again.

    Raises:
        FileLeftAlone: a control file, or a file that waits for its own.
        FileInMotion: the file is not what it was when it was hashed.
    """
    leave_control_file_alone(connection, file, run)
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
        refusal = wait_for_control_file(connection, file, reading, run)
    with connection, connection.cursor() as cursor:
        is_back = is_return(cursor, arrival)
        booked = Booked(book_arrival(cursor, arrival, latest), arrival, latest, control)
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


def _load(connection: Connection, booked: Booked, reading: Reading, run: Run, *, is_back: bool) -> DeliveryOutcome:
    """Rows, quarantine and the delivery's state in one transaction."""
    try:
        with connection, connection.cursor() as cursor:
            return let_in(cursor, booked, reading, run, is_back=is_back)
    except FileRefused as refusal:
        with connection, connection.cursor() as cursor:
            reason = _reason(refusal, reading)
            return settle(cursor, booked.delivery_id, booked.arrival, "refused", Counts(), reason=reason)


def _reason(refusal: FileRefused, reading: Reading) -> str:
    """What is told of a refused file: what was found in it may be a row's values, where these are not to be told."""
    if refusal.found and reading.personal.protects(reading.contract):
        return str(FileRefused(refusal.what, expected=refusal.expected, found=NOT_SHOWN, next_step=refusal.next_step))
    return str(refusal)
