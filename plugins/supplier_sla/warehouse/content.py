"""What the tables that money rests on say, as one hash each: recorded at publication, compared by a rebuild.

A hash is taken over the rows' own hashes in their order, so the order of the table does not matter and no text grows
with it. Tables of tickets are left out: a night changes few of their rows and would have to read them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

HASHED_TABLES = (
    "fct_penalty",
    "fct_penalty_step",
    "fct_penalty_ticket",
    "fct_service_level_period",
    "fct_supplier_score",
    "fct_supplier_scorecard",
)

# As of which delivery figures stand is no figure: the book of deliveries keeps only the newest sign of life of a file.
LEFT_OUT = {"fct_service_level_period": ("delivered_as_of", "is_on_overdue_delivery")}

CONTENT = """
select count(*), encode(sha256(coalesce(string_agg(row_hash, ''::bytea order by row_hash), ''::bytea)), 'hex')
from (select sha256(convert_to(row({columns})::text, 'UTF8')) as row_hash from {table}) as hashed
"""


@dataclass(frozen=True)
class TableContent:
    """Columns that were hashed, number of rows, and the hash."""

    table: str
    columns: tuple[str, ...]
    row_count: int
    sha256: str


def content_of(cursor: Cursor, slot: str, columns_by_table: Mapping[str, Sequence[str]]) -> list[TableContent]:
    """Hash these columns of these tables of a slot. The session must speak UTC (`supplier_sla.database.connect`)."""
    contents = []
    for table, columns in sorted(columns_by_table.items()):
        cursor.execute(
            sql.SQL(CONTENT).format(
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)), table=sql.Identifier(slot, table)
            )
        )
        row_count, sha256 = cursor.fetchone() or (0, "")
        contents.append(TableContent(table, tuple(columns), row_count, sha256))
    return contents


def hashed_columns(cursor: Cursor, slot: str) -> dict[str, Sequence[str]]:
    """The columns to hash of those of HASHED_TABLES that the slot has."""
    cursor.execute(
        "select relname, array_agg(attname::text order by attnum) from pg_class"
        " join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped"
        " where relnamespace = %s::regnamespace and relname = any(%s) and relkind in ('r', 'p', 'v') group by relname",
        (slot, list(HASHED_TABLES)),
    )
    return {
        table: [column for column in columns if column not in LEFT_OUT.get(table, ())]
        for table, columns in cursor.fetchall()
    }


def record_content(cursor: Cursor, *, slot: str, publication_id: int) -> None:
    """Write down what the slot says, in the transaction that publishes it."""
    for content in content_of(cursor, slot, hashed_columns(cursor, slot)):
        cursor.execute(
            "insert into ops.publication_content (publication_id, table_name, column_names, row_count, content_sha256)"
            " values (%s, %s, %s, %s, %s)",
            (publication_id, content.table, list(content.columns), content.row_count, content.sha256),
        )


def recorded_content(cursor: Cursor, publication_id: int) -> list[TableContent]:
    """What was recorded with a publication, by table."""
    cursor.execute(
        "select table_name, column_names, row_count, content_sha256 from ops.publication_content"
        " where publication_id = %s order by table_name",
        (publication_id,),
    )
    return [TableContent(table, tuple(columns), *rest) for table, columns, *rest in cursor.fetchall()]
