"""The switch: readers' views, ledger lines and the publication record change together or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.ledger.differences import TABLES_READ
from supplier_sla.ledger.nightly_check import check_night
from supplier_sla.ledger.posting import post_differences
from supplier_sla.warehouse.content import record_content
from supplier_sla.warehouse.slot_deliveries import Deliveries, record_built_deliveries
from supplier_sla.warehouse.slots import PUBLICATION_LOCK, last_publication

READERS_SCHEMA = "marts"
READER_ROLE = "bi_reader"
READERS_TABLE_PREFIXES = ("dim_", "fct_", "rpt_", "qc_", "bridge_")

# While we wait for a view that somebody reads, new readers of it queue behind us: never for longer than this, which is
# also less than PostgreSQL's deadlock_timeout (1 s), so that no reader's query is ever cancelled because of us.
LONGEST_QUEUE_SECONDS = 0.5
# Then we let go, pause and try again, in all for longer than a reader may hold a view (bootstrap.READER_DEFAULTS).
LOCK_ATTEMPTS = 600
LOCK_PAUSE_SECONDS = 1.0


class PublicationRefused(SupplierSlaError):
    """The slot cannot be shown to readers; what they see stays as it is."""


@dataclass(frozen=True)
class PublicationResult:
    """What one switch did."""

    publication_id: int
    slot: str
    views: int
    ledger_lines_posted: int


@dataclass(frozen=True)
class _Build:
    """What the slot was built for, as `choose_slot` reserved it."""

    slot: str
    run_id: str
    as_of: datetime
    deliveries: Deliveries
    fingerprint: str


def publish(
    connection: Connection, *, slot: str, run_id: str, sleep: Callable[[float], None] = time.sleep
) -> PublicationResult:
    """Post and check the ledger, record the publication, point every view in `marts` at `slot`: one transaction.

    A run that has published already (its task was repeated after a crash) gets the result of then, and nothing is done.

    Args:
        connection: as the transformer, outside a transaction.
        slot: built and checked; must have been reserved by `choose_slot` under the same run_id.
        run_id: the run that built the slot.
        sleep: waits between attempts when a reader holds a conflicting lock.

    Raises:
        PublicationRefused: another run has taken the slot, a view cannot be replaced, or locks were never free.
        AmountsUnsound, LedgerBroken: see `post_differences` and `check_night`.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        published = last_publication(cursor)
        if published is not None and (published.slot, published.run_id) == (slot, run_id):
            views = len(_columns_by_table(cursor, slot))
            return PublicationResult(published.number, slot, views, published.ledger_lines_posted)
        build = _reserved_build(cursor, slot, run_id)
        publication_id = published.number + 1 if published else 1
        # The ledger refers to the publication, so its row comes first; the count is known before it is written.
        posted = post_differences(
            cursor,
            slot=slot,
            publication_id=publication_id,
            as_of=build.as_of,
            record_publication=lambda count: _record(cursor, publication_id, build, count),
        )
        check_night(cursor, slot=slot, publication_id=publication_id, as_of=build.as_of)
        cursor.execute("update ops.slot set state = 'published', built_as_of = as_of where slot = %s", (slot,))
        record_built_deliveries(cursor, slot)
        record_content(cursor, slot=slot, publication_id=publication_id)
        # Last of all, because from here to the commit nobody can read.
        views = _switch_when_free(cursor, slot, sleep)
    return PublicationResult(publication_id, slot, views, posted)


def _reserved_build(cursor: Cursor, slot: str, run_id: str) -> _Build:
    cursor.execute(
        "select state, run_id, as_of, delivery_watermark, delivery_count, build_fingerprint"
        " from ops.slot where slot = %s",
        (slot,),
    )
    state, reserved_by, as_of, watermark, count, fingerprint = cursor.fetchone() or ("missing", "", None, 0, 0, "")
    if state != "building" or reserved_by != run_id:
        raise PublicationRefused(
            f"slot {slot}",
            expected=f"a build reserved by run {run_id}",
            found=f"state {state} of run {reserved_by}",
            next_step="another run has taken the slot: let it finish, then run the night again",
        )
    missing = set(TABLES_READ) - _columns_by_table(cursor, slot).keys()
    if missing:
        raise PublicationRefused(
            f"slot {slot}",
            expected="readers' tables",
            found=f"none called {', '.join(sorted(missing))}",
            next_step="read dbt's log of this run; the slot was not built",
        )
    return _Build(slot, run_id, as_of, Deliveries(watermark, count), fingerprint)


def _record(cursor: Cursor, publication_id: int, build: _Build, ledger_lines_posted: int) -> None:
    cursor.execute(
        "insert into ops.publication (publication_id, slot, as_of, delivery_watermark, delivery_count,"
        " build_fingerprint, run_id, ledger_lines_posted, deliveries) values (%s, %s, %s, %s, %s, %s, %s, %s,"
        " (select coalesce(range_agg(int8range(delivery_id, delivery_id + 1)), '{}') from ops.slot_delivery"
        " where slot = %s))",
        (
            publication_id, build.slot, build.as_of, build.deliveries.watermark, build.deliveries.count,
            build.fingerprint, build.run_id, ledger_lines_posted, build.slot,
        ),
    )  # fmt: skip


def _switch_when_free(cursor: Cursor, slot: str, sleep: Callable[[float], None]) -> int:
    cursor.execute("savepoint readers_views")
    for _ in range(LOCK_ATTEMPTS):
        try:
            return _switch_views(cursor, slot)
        except errors.LockNotAvailable:
            cursor.execute("rollback to savepoint readers_views")  # frees the views we had already
            sleep(LOCK_PAUSE_SECONDS)
    raise PublicationRefused(
        f"switch to {slot}",
        expected=f"a lock on the readers' views within {LOCK_ATTEMPTS} attempts",
        found="sessions that hold one all the time",
        next_step="end the long transaction on schema marts (see pg_stat_activity) and run the night again",
    )


def _switch_views(cursor: Cursor, slot: str) -> int:
    tables = _columns_by_table(cursor, slot)
    shown = _our_views(cursor)
    deadline = time.monotonic() + LONGEST_QUEUE_SECONDS
    for table, columns in tables.items():
        _replace_view(
            cursor,
            table,
            sql.SQL("create or replace view {} as select {} from {}").format(
                sql.Identifier(READERS_SCHEMA, table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(slot, table),
            ),
            deadline,
        )
    for gone in sorted(shown - tables.keys()):
        _replace_view(cursor, gone, sql.SQL("drop view {}").format(sql.Identifier(READERS_SCHEMA, gone)), deadline)
    for table in tables.keys() - shown:
        cursor.execute(
            sql.SQL("grant select on {} to {}").format(
                sql.Identifier(READERS_SCHEMA, table), sql.Identifier(READER_ROLE)
            )
        )
    for table in tables:
        _copy_comments(cursor, slot, table)
    return len(tables)


def _replace_view(cursor: Cursor, table: str, statement: sql.Composable, deadline: float) -> None:
    milliseconds = max(1, int(1000 * (deadline - time.monotonic())))
    cursor.execute("set local lock_timeout = %s", (milliseconds,))
    try:
        cursor.execute(statement)
    except errors.LockNotAvailable:
        raise
    except (errors.InvalidTableDefinition, errors.DependentObjectsStillExist) as error:
        raise _refused(
            table, error, "keep the columns and the model, or make the change a new version of the model"
        ) from error
    except (errors.WrongObjectType, errors.InsufficientPrivilege) as error:
        raise _refused(table, error, f"rename what somebody else has put into schema {READERS_SCHEMA}") from error


def _refused(table: str, error: psycopg2.Error, next_step: str) -> PublicationRefused:
    said = [error.diag.message_primary or "", error.diag.message_detail or ""]
    return PublicationRefused(
        f"view {READERS_SCHEMA}.{table}",
        expected="its present columns in their order and types, new ones only at the end, and an owner that is us",
        found="; ".join(part for part in said if part),
        next_step=next_step,
    )


def _copy_comments(cursor: Cursor, slot: str, table: str) -> None:
    cursor.execute(
        "select null, obj_description(built.oid, 'pg_class'), obj_description(shown.oid, 'pg_class')"
        " from pg_class as built, pg_class as shown"
        " where built.oid = to_regclass(%(built)s) and shown.oid = to_regclass(%(shown)s)"
        " union all"
        " select built.attname, col_description(built.attrelid, built.attnum),"
        " col_description(shown.attrelid, shown.attnum)"
        " from pg_attribute as built join pg_attribute as shown on shown.attname = built.attname"
        " where built.attrelid = to_regclass(%(built)s) and shown.attrelid = to_regclass(%(shown)s)"
        " and built.attnum > 0 and shown.attnum > 0",
        {"built": _quoted(cursor, slot, table), "shown": _quoted(cursor, READERS_SCHEMA, table)},
    )
    for column, comment, present in cursor.fetchall():
        if comment == present:
            continue
        target = (
            sql.SQL("column {}").format(sql.Identifier(READERS_SCHEMA, table, column))
            if column
            else sql.SQL("view {}").format(sql.Identifier(READERS_SCHEMA, table))
        )
        cursor.execute(sql.SQL("comment on {} is {}").format(target, sql.Literal(comment)))


def _quoted(cursor: Cursor, schema: str, table: str) -> str:
    return sql.Identifier(schema, table).as_string(cursor)


def _columns_by_table(cursor: Cursor, slot: str) -> dict[str, list[str]]:
    """Columns of the readers' tables and views in a slot, in order; leftovers of a dbt that was killed are none."""
    cursor.execute(
        "select c.relname, array_agg(a.attname::text order by a.attnum)"
        " from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v')"
        " group by c.relname order by c.relname",
        (slot,),
    )
    return {name: columns for name, columns in cursor.fetchall() if _is_for_readers(name)}


def _our_views(cursor: Cursor) -> set[str]:
    """Names of the views that publications have made; an analyst's own view in `marts` belongs to its owner."""
    cursor.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'v'"
        " and relowner = (select oid from pg_roles where rolname = current_user)",
        (READERS_SCHEMA,),
    )
    return {name for (name,) in cursor.fetchall() if _is_for_readers(name)}


def _is_for_readers(name: str) -> bool:
    return name.startswith(READERS_TABLE_PREFIXES) and "__dbt_" not in name
