"""Reads files of earlier deliveries again, after a profile or a contract was mended, and loads the rows good by now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.book.deliveries import Arrival, book_rereading
from supplier_sla.landing.delivered_file import DeliveredFileMissing, names_as_delivered
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.letting_in import let_in_again
from supplier_sla.landing.outcome import DeliveryOutcome
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.refusal import FileInMotion, FileRefused
from supplier_sla.landing.rereading import Reread
from supplier_sla.landing.run import Run

# Takes the SHA-256 and the path of a delivery; raises DeliveredFileMissing where its file is nowhere any more.
FindFile = Callable[[Cursor, str, str], LandedFile]


class NothingToReread(SupplierSlaError):
    """No delivery fits what was asked for, or none that fits has anything left to read."""


@dataclass(frozen=True)
class Selection:
    """Which deliveries to read again; what is None does not restrict."""

    delivery_id: int | None = None
    source: str | None = None
    entity: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A delivery that was refused or has bad rows, with all readings of its file so far."""

    delivery_id: int
    relative_path: str
    content_sha256: str
    entity: str | None
    delivery_ids: tuple[int, ...]


@dataclass(frozen=True)
class Rereading:
    """What reading a file again came to. `outcome` is None where it could not be read; `problem` then says why.

    Only what `is_kept` has changed anything: it has rows loaded and a delivery of its own.
    """

    candidate: Candidate
    outcome: DeliveryOutcome | None
    problem: str | None
    is_kept: bool


class _NotKept(Exception):
    """Rolls the transaction back and carries what it would have come to."""

    def __init__(self, outcome: DeliveryOutcome) -> None:
        super().__init__(outcome.state)
        self.outcome = outcome


def reread(
    connection: Connection, run: Run, find_file: FindFile, selection: Selection, *, is_dry_run: bool = False
) -> list[Rereading]:
    """Read every delivery of `selection` again that was refused or kept rows out; each in one transaction.

    The caller holds the landing lock and acts as the loader. A reading that loads nothing leaves no trace, nor does a
    dry run. Rows that an earlier reading loaded are not loaded again, and what was restated since is not brought back.

    Raises:
        NothingToReread: no delivery fits.
    """
    with connection, connection.cursor() as cursor:
        candidates = _candidates(cursor, selection)
    if not candidates:
        raise NothingToReread(
            "deliveries to read again",
            expected="one that was refused or has rows in quarantine",
            found="none that fits",
            next_step="see scripts/quarantine list",
        )
    return [
        rereading
        for candidate in candidates
        for rereading in _reread_one(connection, run, find_file, candidate, is_dry_run)
    ]


def _reread_one(
    connection: Connection, run: Run, find_file: FindFile, candidate: Candidate, is_dry_run: bool
) -> Iterator[Rereading]:
    """As the entity that it was; as each that its file feeds by now, where no profile read it then."""
    try:
        with connection, connection.cursor() as cursor:
            file = find_file(cursor, candidate.content_sha256, candidate.relative_path)
        readings = _readings(file, candidate, run)
    except (DeliveredFileMissing, FileRefused) as error:
        yield Rereading(candidate, None, str(error), is_kept=False)
        return
    for reading in readings:
        yield _reread_as(connection, run, file, reading, candidate, is_dry_run)


def _reread_as(
    connection: Connection, run: Run, file: LandedFile, reading: Reading, candidate: Candidate, is_dry_run: bool
) -> Rereading:
    try:
        with connection, connection.cursor() as cursor:
            outcome = _load(cursor, file, reading, candidate, run)
            if is_dry_run or not outcome.counts.rows_loaded:
                raise _NotKept(outcome)
    except _NotKept as result:
        return Rereading(candidate, result.outcome, None, is_kept=False)
    except (FileInMotion, FileRefused) as error:
        return Rereading(candidate, None, str(error), is_kept=False)
    return Rereading(candidate, outcome, None, is_kept=True)


def _readings(file: LandedFile, candidate: Candidate, run: Run) -> list[Reading]:
    if file.refusal is not None:
        raise file.refusal
    readings = run.readings(names_as_delivered(file))
    fitting = [reading for reading in readings if candidate.entity in (None, reading.contract.entity)]
    if not fitting:
        raise FileRefused(
            "the entity of the file",
            expected=f"{candidate.entity}, as when it was delivered",
            found=", ".join(reading.contract.entity for reading in readings),
            next_step="let a night land it: as another entity it is a delivery of its own",
        )
    return fitting


def _load(cursor: Cursor, file: LandedFile, reading: Reading, candidate: Candidate, run: Run) -> DeliveryOutcome:
    arrival = Arrival(
        file=file,
        profile=reading.profile.name,
        entity=reading.contract.entity,
        exported_at=reading.exported_at,
        as_of=run.as_of,
        run_id=run.run_id,
        snapshot_interval=reading.file_profile.snapshot_interval,
    )
    delivery_id = book_rereading(cursor, arrival, candidate.delivery_id)
    again = Reread(candidate.delivery_id, candidate.delivery_ids)
    return let_in_again(cursor, delivery_id, arrival, reading, run, again)


def _candidates(cursor: Cursor, selection: Selection) -> list[Candidate]:
    """The newest delivery of each file, where its newest reading was refused or kept rows out."""
    cursor.execute(
        """
        with delivered as (
            select distinct on (content_sha256, relative_path, entity) *
            from ops.delivery
            where state <> 'received' and rereads_delivery_id is null and repeats_delivery_id is null
            order by content_sha256, relative_path, entity, delivery_id desc
        ),

        readings as (
            select
                delivered.delivery_id,
                delivered.relative_path,
                delivered.content_sha256,
                delivered.entity is null as has_no_entity,
                (array_agg(reading.entity order by reading.delivery_id desc))[1] as entity,
                (array_agg(reading.profile order by reading.delivery_id desc))[1] as profile,
                (array_agg(reading.state order by reading.delivery_id desc))[1] as state,
                array_agg(reading.delivery_id order by reading.delivery_id) as delivery_ids
            from delivered
            inner join ops.delivery as reading
                on delivered.delivery_id = coalesce(reading.rereads_delivery_id, reading.delivery_id)
            group by delivered.delivery_id, delivered.relative_path, delivered.content_sha256, delivered.entity
        )

        select delivery_id, relative_path, content_sha256, entity, delivery_ids
        from readings
        where
            state in ('refused', 'partly_loaded')
            -- A file that no profile read then, and that a later night has read, is no longer refused.
            and not (
                has_no_entity
                and exists (
                    select
                    from ops.delivery as later
                    where
                        later.content_sha256 = readings.content_sha256
                        and later.relative_path = readings.relative_path
                        and later.entity is not null
                        and later.delivery_id > readings.delivery_id
                )
            )
            and (%(delivery_id)s::bigint is null or %(delivery_id)s = any(delivery_ids))
            and (%(source)s::text is null or profile = %(source)s)
            and (%(entity)s::text is null or entity = %(entity)s)
        order by delivery_id
        """,
        {"delivery_id": selection.delivery_id, "source": selection.source, "entity": selection.entity},
    )
    return [
        Candidate(delivery_id, path, content, entity, tuple(delivery_ids))
        for delivery_id, path, content, entity, delivery_ids in cursor.fetchall()
    ]
