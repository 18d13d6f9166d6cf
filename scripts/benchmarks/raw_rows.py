"""Tickets and events of ten years into `raw`, straight in the server: the rows that landing their files would write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from benchmarks.company import AS_OF, FIRST_DAY, planned_seconds
from supplier_sla.landing.contract import FileContract, load_contracts

STATEMENTS = Path(__file__).parent / "sql" / "postgres"

# In the order of delivery.
ENTITIES = ("tickets", "ticket_events")

LAST_OPENING_BEFORE_AS_OF_SECONDS = 86_400


@dataclass(frozen=True)
class Delivered:
    """Rows that one call of `deliver` has put into raw."""

    tickets: int
    ticket_events: int


def make_histories(connection: Connection, *, tickets: int) -> None:
    """Fill the workspace: tickets, their events up to AS_OF, and the views that show them as exports."""
    parameters = {
        "tickets": tickets,
        "first": int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=AS_OF.tzinfo).timestamp()),
        "last": int(AS_OF.timestamp()) - LAST_OPENING_BEFORE_AS_OF_SECONDS,
        "as_of": int(AS_OF.timestamp()),
    }
    with connection, connection.cursor() as cursor:
        cursor.execute("set local work_mem = '256MB'")
        cursor.execute(_statement("workspace"))
        execute_values(cursor, "insert into benchmark.planned_seconds values %s", list(planned_seconds()))
        cursor.execute(_statement("tickets"), parameters)
        cursor.execute(_statement("events"), parameters)
        cursor.execute(_statement("outgoing"))
        cursor.execute("analyze benchmark.ticket, benchmark.event")


def change_histories(connection: Connection, *, changed_share: float, next_as_of: datetime) -> int:
    """Tell a share of the tickets differently on the day before `next_as_of`; returns the number of event versions."""
    parameters = {
        "changed_share": changed_share,
        "as_of": int(AS_OF.timestamp()),
        "next_as_of": int(next_as_of.timestamp()),
    }
    with connection, connection.cursor() as cursor:
        cursor.execute(_statement("changes"), parameters)
        return int(cursor.rowcount)


def deliver(connection: Connection, *, as_of: datetime, run_id: str, exported_after: datetime) -> Delivered:
    """Book every export after `exported_after` and put its rows into raw, then bring statistics up to date.

    The administrator's connection: indexes are dropped and made anew when raw is filled for the first time.
    """
    contracts = load_contracts()
    row_counts = []
    for entity in ENTITIES:
        with connection, connection.cursor() as cursor:
            cursor.execute("set local work_mem = '256MB'")
            cursor.execute("set local maintenance_work_mem = '512MB'")
            _book(cursor, entity, as_of, run_id, exported_after)
            cursor.execute("analyze ops.delivery")  # the insertion joins with it
            indexes = _drop_indexes(cursor, entity)
            row_counts.append(_insert(cursor, contracts[entity], run_id))
            for index in indexes:
                cursor.execute(index)
            _settle(cursor, entity, run_id)
    connection.autocommit = True
    with connection.cursor() as cursor:
        # As autovacuum would have done by the time of the night.
        cursor.execute("vacuum (analyze) raw.tickets, raw.ticket_events, ops.delivery")
    connection.autocommit = False
    return Delivered(*row_counts)


def _statement(name: str) -> str:
    return (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")


def _book(cursor: Cursor, entity: str, as_of: datetime, run_id: str, exported_after: datetime) -> None:
    # There are no files: names say what they would be called, and stand in for their content.
    cursor.execute(
        """
        insert into ops.delivery
            (delivery_id, relative_path, content_sha256, byte_size, profile, entity, state, exported_at, as_of, run_id)
        overriding system value
        select
            (select coalesce(max(delivery_id), 0) from ops.delivery) + row_number() over (order by exported_at),
            path, encode(sha256(path::bytea), 'hex'), 0, 'canonical', %(entity)s, 'received', exported_at, %(as_of)s,
            %(run_id)s
        from (
            select distinct
                exported_at, %(entity)s || to_char(exported_at at time zone 'UTC', '"_"YYYY-MM-DD".csv"') as path
            from benchmark.event
            where exported_at > %(exported_after)s
        ) as exports
        """,
        {"entity": entity, "as_of": as_of, "run_id": run_id, "exported_after": exported_after},
    )


def _drop_indexes(cursor: Cursor, entity: str) -> list[str]:
    """Drop the plain indexes of a table that is still empty; returns the statements that make them again."""
    cursor.execute(sql.SQL("select exists (select from {})").format(sql.Identifier("raw", entity)))
    if (cursor.fetchone() or (True,))[0]:
        return []
    cursor.execute(
        "select format('%%I.%%I', schemaname, indexname), indexdef from pg_indexes"
        " where schemaname = 'raw' and tablename = %s and to_regclass(format('%%I.%%I', schemaname, indexname))"
        " not in (select conindid from pg_constraint)",
        (entity,),
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"drop index {name}")
    return [definition for _, definition in found]


def _insert(cursor: Cursor, contract: FileContract, run_id: str) -> int:
    cursor.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0",
        (f"benchmark.outgoing_{contract.entity}",),
    )
    exported = {name for (name,) in cursor.fetchall()}
    columns = [sql.Identifier(name) for name in contract.column_by_name]
    values = [
        sql.Identifier("outgoing", name)
        if name in exported
        else sql.SQL("null::text as {}").format(sql.Identifier(name))
        for name in contract.column_by_name
    ]
    # Keys, version and hash as landing/load.py derives them; every event has an event_id.
    event_key = {"ticket_events": [("event_key", "event_id")]}.get(contract.entity, [])
    derived = [("ticket_key", "source_system || '/' || ticket_id"), *event_key]
    cursor.execute(
        sql.SQL(
            """
            insert into {raw_table} ({columns}, {derived_names}, _delivery_id, _line, _version_at, _row_hash)
            select
                {columns}, {derived_values}, delivery_id, line, coalesce(updated_at::timestamptz, exported_at),
                md5(row({columns})::text)::uuid
            from (
                select
                    {values}, deliveries.delivery_id, deliveries.exported_at,
                    -- The first line of a file is its header.
                    1 + row_number() over (partition by deliveries.delivery_id order by sort_at, sort_number) as line
                from {outgoing} as outgoing
                inner join ops.delivery as deliveries on outgoing.exported_at = deliveries.exported_at
                where deliveries.run_id = {run_id} and deliveries.entity = {entity}
            ) as lines
            order by delivery_id, line
            """
        ).format(
            raw_table=sql.Identifier("raw", contract.entity),
            outgoing=sql.Identifier("benchmark", f"outgoing_{contract.entity}"),
            columns=sql.SQL(", ").join(columns),
            values=sql.SQL(", ").join(values),
            derived_names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in derived),
            derived_values=sql.SQL(", ").join(sql.SQL(expression) for _, expression in derived),
            run_id=sql.Literal(run_id),
            entity=sql.Literal(contract.entity),
        )
    )
    return int(cursor.rowcount)


def _settle(cursor: Cursor, entity: str, run_id: str) -> None:
    """The deliveries are loaded, and the door in has let them pass."""
    cursor.execute(
        sql.SQL(
            """
            update ops.delivery
            set state = 'loaded', is_checked = true, rows_in_file = counted.row_count, rows_loaded = counted.row_count
            from (
                select deliveries.delivery_id, count(raw_rows._delivery_id) as row_count
                from ops.delivery as deliveries
                left join {raw_table} as raw_rows on deliveries.delivery_id = raw_rows._delivery_id
                where deliveries.run_id = {run_id} and deliveries.entity = {entity}
                group by deliveries.delivery_id
            ) as counted
            where delivery.delivery_id = counted.delivery_id
            """
        ).format(raw_table=sql.Identifier("raw", entity), run_id=sql.Literal(run_id), entity=sql.Literal(entity))
    )
