"""The switch: readers' views, ledger lines and the publication record change together or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.warehouse.ledger import post_differences
from supplier_sla.warehouse.slots import PUBLICATION_LOCK, last_publication

READERS_SCHEMA = "marts"
READER_ROLE = "bi_reader"
READERS_TABLE_PREFIXES = ("dim_", "fct_", "rpt_", "qc_", "bridge_")
# A short wait, so that readers never queue behind us; then let go and try again.
LOCK_TIMEOUT = "2s"
LOCK_ATTEMPTS = 30
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


def publish(
    connection: Connection, *, slot: str, run_id: str, sleep: Callable[[float], None] = time.sleep
) -> PublicationResult:
    """Point every view in `marts` at `slot`, post the ledger, record the publication: one transaction.

    Args:
        connection: as the transformer, outside a transaction.
        slot: built and checked; must have been reserved by `choose_slot` under the same run_id.
        run_id: the run that built the slot.
        sleep: waits between attempts when a reader holds a conflicting lock.

    Raises:
        PublicationRefused: another run has taken the slot, a view's columns would change, or locks were never free.
    """
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            with connection:
                return _publish_once(connection, slot, run_id)
        except errors.LockNotAvailable as error:
            if attempt == LOCK_ATTEMPTS:
                raise PublicationRefused(
                    f"switch to {slot}",
                    expected=f"a lock on the readers' views within {LOCK_ATTEMPTS} attempts",
                    found="a session that holds one all the time",
                    next_step="end the long transaction on schema marts (see pg_stat_activity) and run the night again",
                ) from error
            sleep(LOCK_PAUSE_SECONDS)
    raise AssertionError("unreachable")


def _publish_once(connection: Connection, slot: str, run_id: str) -> PublicationResult:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        as_of, watermark, fingerprint = _reserved_build(cursor, slot, run_id)
        views = _switch_views(cursor, slot)
        published = last_publication(cursor)
        publication_id = (published.number if published else 0) + 1
        # The ledger refers to the publication, so its row comes first; the count is known before it is written.
        posted = post_differences(
            cursor,
            slot=slot,
            publication_id=publication_id,
            as_of=as_of,
            record_publication=lambda count: cursor.execute(
                "insert into ops.publication (publication_id, slot, as_of, delivery_watermark, build_fingerprint,"
                " run_id, ledger_lines_posted) values (%s, %s, %s, %s, %s, %s, %s)",
                (publication_id, slot, as_of, watermark, fingerprint, run_id, count),
            ),
        )
        cursor.execute("update ops.slot set state = 'published' where slot = %s", (slot,))
    return PublicationResult(publication_id, slot, views, posted)


def _reserved_build(cursor: Cursor, slot: str, run_id: str) -> tuple[datetime, int, str]:
    cursor.execute(
        "select state, run_id, as_of, delivery_watermark, build_fingerprint from ops.slot where slot = %s", (slot,)
    )
    state, reserved_by, as_of, watermark, fingerprint = cursor.fetchone() or ("missing", "", None, 0, "")
    if state != "building" or reserved_by != run_id:
        raise PublicationRefused(
            f"slot {slot}",
            expected=f"a build reserved by run {run_id}",
            found=f"state {state} of run {reserved_by}",
            next_step="another run has taken the slot: let it finish, then run the night again",
        )
    return as_of, watermark, fingerprint


def _switch_views(cursor: Cursor, slot: str) -> int:
    tables = _columns_by_table(cursor, slot, "r")
    if not tables:
        raise PublicationRefused(
            f"slot {slot}",
            expected="readers' tables",
            found="none",
            next_step="read dbt's log of this run; the slot was not built",
        )
    views = _columns_by_table(cursor, READERS_SCHEMA, "v")
    for table, columns in tables.items():
        _show(cursor, slot, table, columns, views.get(table))
    for gone in views.keys() - tables.keys():
        if gone.startswith(READERS_TABLE_PREFIXES):
            cursor.execute(sql.SQL("drop view {}").format(sql.Identifier(READERS_SCHEMA, gone)))
    return len(tables)


def _show(cursor: Cursor, slot: str, table: str, columns: list[str], shown: list[str] | None) -> None:
    view = sql.Identifier(READERS_SCHEMA, table)
    try:
        cursor.execute(
            sql.SQL("create or replace view {} as select {} from {}").format(
                view, sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(slot, table)
            )
        )
    except errors.InvalidTableDefinition as error:
        raise PublicationRefused(
            f"view {READERS_SCHEMA}.{table}",
            expected="its present columns in their order and types; new ones only at the end",
            found=str(error).strip().splitlines()[0],
            next_step="keep the columns, or make the change a new version of the model",
        ) from error
    if shown is None:
        cursor.execute(sql.SQL("grant select on {} to {}").format(view, sql.Identifier(READER_ROLE)))
    _copy_comments(cursor, slot, table)


def _copy_comments(cursor: Cursor, slot: str, table: str) -> None:
    cursor.execute(
        "select a.attname, d.description, shown.description"
        " from pg_description d"
        " left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0"
        " left join pg_description shown on shown.classoid = d.classoid and shown.objsubid = d.objsubid"
        "   and shown.objoid = %s::regclass"
        " where d.classoid = 'pg_class'::regclass and d.objoid = %s::regclass",
        (f"{READERS_SCHEMA}.{table}", f"{slot}.{table}"),
    )
    for column, comment, shown in cursor.fetchall():
        if comment == shown:
            continue
        target = (
            sql.SQL("column {}").format(sql.Identifier(READERS_SCHEMA, table, column))
            if column
            else sql.SQL("view {}").format(sql.Identifier(READERS_SCHEMA, table))
        )
        cursor.execute(sql.SQL("comment on {} is {}").format(target, sql.Literal(comment)))


def _columns_by_table(cursor: Cursor, schema: str, kind: str) -> dict[str, list[str]]:
    cursor.execute(
        "select c.relname, array_agg(a.attname::text order by a.attnum)"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where n.nspname = %s and c.relkind = %s group by c.relname order by c.relname",
        (schema, kind),
    )
    return {name: columns for name, columns in cursor.fetchall() if name.startswith(READERS_TABLE_PREFIXES)}
