"""Which ledger lines may go to finance."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.warehouse.slot_relations import layer_schemas


def released_lines(cursor: Cursor, slot: str) -> list[int]:
    """Numbers of the lines that as of the slot's run are released and that no extract carries yet, in their order.

    Released is a line that is approved, not held by a dispute, and whose key has no earlier line that is not: see
    `int_settlement__line_states`.
    """
    cursor.execute(
        sql.SQL(
            "select line_number from {}.int_settlement__line_states"
            " where is_released and extract_number is null order by line_number"
        ).format(sql.Identifier(layer_schemas(slot)["intermediate"]))
    )
    return [number for (number,) in cursor.fetchall()]
