"""Builds a past night again and says whether it is what was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.ledger.invariants import sums_that_differ
from supplier_sla.published import act_as, hold_publication
from supplier_sla.rebuild.publication import PastPublication, publication_in_force
from supplier_sla.rebuild.raw_rows import RawRows, check_raw_rows
from supplier_sla.rebuild.scratch import REBUILD_SLOT, build, clear, prepare
from supplier_sla.warehouse.content import TableContent, content_of, hashed_columns
from supplier_sla.warehouse.fingerprint import present_fingerprint

# Held for the whole rebuild: two would write into the same schemas.
REBUILD_LOCK = 4_152_316


class RebuildBusy(SupplierSlaError):
    """Another rebuild is going on."""


@dataclass(frozen=True)
class ComparedTable:
    """A table as it was published and as it was built again; `rebuilt` is None where this version cannot build it."""

    published: TableContent
    rebuilt: TableContent | None

    @property
    def agrees(self) -> bool:
        """Whether they are the same, row for row."""
        return self.rebuilt is not None and self.rebuilt.sha256 == self.published.sha256


@dataclass(frozen=True)
class Rebuild:
    """What a rebuild found."""

    publication: PastPublication
    tables: tuple[ComparedTable, ...]
    ledger: tuple[str, ...]
    raw: RawRows
    is_same_product: bool

    @property
    def agrees(self) -> bool:
        """Whether every table, the ledger and every row of raw is as it was."""
        return all(table.agrees for table in self.tables) and not self.ledger and not self.raw.problem_count


def rebuild(url: str, home: Path, *, as_of: datetime, keep: bool = False) -> Rebuild:
    """Build the publication in force at `as_of` beside the slots and compare it with its record and the ledger.

    Readers, slots and nights do not notice: raw is only read, and what is written goes into schemas of its own, which
    are emptied at the end.

    Args:
        url: of a login that may act as the transformer.
        home: dbt's working files go below it.
        as_of: any instant from which on, up to the next publication's, that night was in force.
        keep: leave the tables of the rebuild where they are, in `marts_rebuild` and the schemas beside it.

    Raises:
        NothingToRebuild, DeliveriesMissing, RebuildBusy, DbtProjectInvalid, WarehouseMissing, WarehouseClosed: see
            there.
    """
    with session(url, application_name="supplier_sla_rebuild") as connection:
        publication = _prepared(connection, as_of)
        try:
            build(url, home, [content.table for content in publication.contents])
            with connection, connection.cursor() as cursor:
                return _compared(cursor, publication)
        finally:
            if not keep:
                with connection, connection.cursor() as cursor:
                    clear(cursor)


def _prepared(connection: Connection, as_of: datetime) -> PastPublication:
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer", for_session=True)
        cursor.execute("select pg_try_advisory_lock(%s)", (REBUILD_LOCK,))
        if not (cursor.fetchone() or (False,))[0]:
            raise RebuildBusy(
                "rebuild", expected="none going on", found="another one", next_step="wait until it has ended"
            )
        hold_publication(cursor)
        publication = publication_in_force(cursor, as_of)
        prepare(cursor, publication)
    return publication


def _compared(cursor: Cursor, publication: PastPublication) -> Rebuild:
    buildable = {table: set(columns) for table, columns in hashed_columns(cursor, REBUILD_SLOT).items()}
    comparable = {
        content.table: content.columns
        for content in publication.contents
        if set(content.columns) <= buildable.get(content.table, set())
    }
    rebuilt = {content.table: content for content in content_of(cursor, REBUILD_SLOT, comparable)}
    return Rebuild(
        publication,
        tuple(ComparedTable(content, rebuilt.get(content.table)) for content in publication.contents),
        tuple(sums_that_differ(cursor, REBUILD_SLOT, up_to_publication=publication.number)),
        check_raw_rows(cursor, REBUILD_SLOT),
        present_fingerprint(cursor) == publication.build_fingerprint,
    )
