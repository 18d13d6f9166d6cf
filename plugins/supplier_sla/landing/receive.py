"""Settles one delivered file: known already, a copy of one that is loaded, loaded, or refused with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.deliveries import Arrival, book_arrival, original_delivery, settle, settled_delivery
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.load import Loaded, load_delivery
from supplier_sla.landing.outcome import Counts, DeliveryOutcome, UnchangedFile
from supplier_sla.landing.profile import Reading, SourceProfile, choose_reading_by_names
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.unpacking import UnpackLimits, unpacked


class FileInMotion(SupplierSlaError):
    """The file vanished or changed after its content was hashed; nothing of it is kept, a later run takes it."""


@dataclass(frozen=True)
class Run:
    """What is the same for every file of a run. `latest_content_by_path` is the state of the book before it."""

    as_of: datetime
    run_id: str
    profiles: tuple[SourceProfile, ...]
    contracts: Mapping[str, FileContract]
    latest_content_by_path: Mapping[str, str]
    limits: UnpackLimits


def receive_file(connection: Connection, file: LandedFile, run: Run) -> DeliveryOutcome | UnchangedFile:
    """Settle `file`.

    It is booked as `received` first, in a transaction of its own: a crash later leaves that trace, and the next run
    loads the file again.

    Raises:
        FileInMotion: the file is not what it was when it was hashed.
    """
    reading, refusal = _reading_of(file, run)
    arrival = Arrival(
        file=file,
        profile=reading.profile.name if reading else None,
        entity=reading.contract.entity if reading else None,
        exported_at=reading.exported_at if reading else None,
        as_of=run.as_of,
        run_id=run.run_id,
        snapshot_interval=reading.file_profile.snapshot_interval if reading else None,
    )
    with connection, connection.cursor() as cursor:
        if settled_delivery(cursor, file, arrival.entity) is not None:
            latest_content = run.latest_content_by_path.get(file.relative_path)
            return UnchangedFile(file.relative_path, went_back=latest_content != file.content_sha256)
        delivery_id = book_arrival(cursor, arrival)
        if refusal is not None:
            return settle(cursor, delivery_id, arrival, "refused", Counts(), reason=str(refusal))
        original = original_delivery(cursor, arrival)
        if original is not None:
            counts = Counts(rows_in_file=original.rows_in_file, rows_repeated=original.rows_in_file)
            return settle(cursor, delivery_id, arrival, "repeated", counts, repeats_delivery_id=original.delivery_id)
    assert reading is not None  # either there is a reading or a refusal
    return _load(connection, delivery_id, arrival, reading, run.limits)


def _reading_of(file: LandedFile, run: Run) -> tuple[Reading, None] | tuple[None, FileRefused]:
    if file.refusal is not None:
        return None, file.refusal
    try:
        return choose_reading_by_names(file.reading_names, run.profiles, run.contracts), None
    except FileRefused as refusal:
        return None, refusal


def _load(
    connection: Connection, delivery_id: int, arrival: Arrival, reading: Reading, limits: UnpackLimits
) -> DeliveryOutcome:
    """Rows, quarantine and the delivery's state in one transaction."""
    try:
        with connection, connection.cursor() as cursor:
            loaded = _load_hashed_content(cursor, delivery_id, arrival, reading, limits)
            return settle(
                cursor,
                delivery_id,
                arrival,
                _state(loaded.counts),
                loaded.counts,
                extra_columns=loaded.extra_columns,
                lines_skipped=loaded.lines_skipped,
            )
    except FileRefused as refusal:
        with connection, connection.cursor() as cursor:
            return settle(cursor, delivery_id, arrival, "refused", Counts(), reason=str(refusal))


def _load_hashed_content(
    cursor: Cursor, delivery_id: int, arrival: Arrival, reading: Reading, limits: UnpackLimits
) -> Loaded:
    """Load the file and make sure that what was loaded is what was hashed."""
    file = arrival.file
    try:
        with file.path.open("rb") as stream, unpacked(stream, file, limits) as content:
            loaded = load_delivery(
                cursor, content, reading, delivery_id=delivery_id, as_of=arrival.as_of, limits=limits
            )
        is_unchanged = file.is_unchanged()
    except OSError as error:
        raise FileInMotion("the file cannot be read any more", found=error.strerror or str(error)) from error
    if not is_unchanged:
        raise FileInMotion("changed while it was loaded", next_step="deliver under a temporary name, then rename")
    return loaded


def _state(counts: Counts) -> str:
    if counts.rows_quarantined:
        return "partly_loaded"
    if counts.rows_repeated and not counts.rows_loaded:
        return "repeated"
    return "loaded"
