"""Which rows of the readers' tables are a supplier's, and how the archive writes their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

from supplier_sla.files.csv_file import guarded

RECORD = "rpt_supplier_record"

# Worked out per ticket on demand; for all tickets of a supplier that would take hours, and its facts are in the others.
LEFT_OUT = ("rpt_ticket_sla_stretch",)

# The record reads like a diary; other tables have no order of their own.
_ORDERS = {RECORD: "occurred_date, occurred_at nulls first, record_kind_code, reference, supplier_record_key"}
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Table:
    """A readers' table with a supplier_id: its name, columns in their order, and what it says it holds."""

    name: str
    columns: tuple[str, ...]
    description: str


def supplier_tables(cursor: RealDictCursor) -> list[Table]:
    """Every readers' table that names its supplier, the record first."""
    cursor.execute(
        "select c.relname as name, coalesce(obj_description(c.oid, 'pg_class'), '') as description,"
        " array_agg(a.attname::text order by a.attnum) as columns"
        " from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace = 'marts'::regnamespace and c.relkind = 'v' and c.relname <> all (%s)"
        " group by c.oid, c.relname having bool_or(a.attname = 'supplier_id')"
        ' order by c.relname <> %s, c.relname collate "C"',
        (list(LEFT_OUT), RECORD),
    )
    return [Table(row["name"], tuple(row["columns"]), row["description"]) for row in cursor.fetchall()]


def supplier_rows(cursor: RealDictCursor, table: Table, supplier_id: str) -> Iterator[tuple[Any, ...]]:
    """The supplier's rows, in an order that is the same every time; read in portions, because tickets are many."""
    order = sql.SQL(_ORDERS.get(table.name, 'rows::text collate "C"'))
    with cursor.connection.cursor(name=f"archive_{table.name}", cursor_factory=Cursor) as portions:
        portions.itersize = _ROWS_AT_ONCE
        portions.execute(
            sql.SQL("select {} from {} as rows where supplier_id = %s order by {}").format(
                sql.SQL(", ").join(map(sql.Identifier, table.columns)), sql.Identifier("marts", table.name), order
            ),
            (supplier_id,),
        )
        yield from portions


def written(value: Any) -> str:
    """A value as the archive writes it: instants in UTC, exact figures in full, text that no spreadsheet runs."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return f"{value:f}"
        case str():
            return guarded(value)
    return str(value)
