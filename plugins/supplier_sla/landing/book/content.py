"""What the book keeps of a file's content. Reads the table `prepared` of load.py: the good rows, exact repeats too.

To be called by load.py's `inspect`, within the transaction that loads the file, after its rows were inserted.
"""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract


def key_hash(contract: FileContract, relation: str) -> sql.Composed:
    """One value for the key of a row: `md5(row(key columns))`."""
    columns = sql.SQL(", ").join(sql.Identifier(relation, name) for name in contract.key)
    return sql.SQL("md5(row({})::text)::uuid").format(columns)


def note_sources(cursor: Cursor, contract: FileContract, delivery_id: int) -> None:
    """Which tools the file speaks of: marts say as of which delivery each one stands."""
    if contract.has_ticket_key:
        cursor.execute(
            "insert into ops.delivery_source (delivery_id, source_system)"
            " select %s, source_system from prepared where source_system is not null group by source_system",
            (delivery_id,),
        )


def note_sources_of_copy(cursor: Cursor, delivery_id: int, original_id: int) -> None:
    """A copy speaks of the tools of its original."""
    cursor.execute(
        "insert into ops.delivery_source (delivery_id, source_system)"
        " select %s, source_system from ops.delivery_source where delivery_id = %s",
        (delivery_id, original_id),
    )


def note_keys_of_full_dump(cursor: Cursor, contract: FileContract, delivery_id: int) -> None:
    """Every key in a full dump, that of a row kept out included where it can be told: what is bad is not gone."""
    cursor.execute(
        sql.SQL(
            "insert into ops.full_dump_key (delivery_id, key_hash)"
            " select {delivery_id}, {hash} from prepared group by 2"
        ).format(delivery_id=sql.Literal(delivery_id), hash=key_hash(contract, "prepared"))
    )
    if set(contract.key) <= set(contract.column_by_name):
        cursor.execute(
            sql.SQL(
                "insert into ops.full_dump_key (delivery_id, key_hash) select {delivery_id}, {hash} from incoming"
                " where exists (select from problem where problem.line = incoming._line) group by 2"
            ).format(delivery_id=sql.Literal(delivery_id), hash=key_hash(contract, "incoming"))
        )


def count_left_out(cursor: Cursor, contract: FileContract, earlier_id: int) -> int:
    """Rows that the earlier delivery brought into raw and whose keys are not in this file."""
    same_key = sql.SQL(" and ").join(
        sql.SQL("coalesce(earlier.{0}, '') = coalesce(prepared.{0}, '')").format(sql.Identifier(name))
        for name in contract.key
    )
    cursor.execute(
        sql.SQL(
            "select count(*) from {raw_table} as earlier where earlier._delivery_id = {earlier_id}"
            " and not exists (select from prepared where {same_key})"
        ).format(
            raw_table=sql.Identifier("raw", contract.entity), earlier_id=sql.Literal(earlier_id), same_key=same_key
        )
    )
    return int((cursor.fetchone() or (0,))[0])
