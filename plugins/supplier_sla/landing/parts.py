"""Large deliveries become parts of raw: tables of their own that inherit from the raw table.

Row by row into a table with indexes costs more than everything else that loading does. The rows of a large delivery
stand in a table of their own anyway: with its indexes built at once it is taken into raw as it is, in the transaction
that loads the file. Whoever reads raw.<entity> reads its parts with it.
"""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract

# Every look-up of a key asks each part, so there should be few of them.
FEWEST_ROWS_OF_A_PART = 500_000

# Rows of a part that are not loaded are dead weight for ever.
MOST_REPEATS_OF_A_PART = 0.1


def may_become_part(cursor: Cursor, contract: FileContract, delivery_id: int, row_count: int) -> bool:
    """Whether a file of so many records is worth a part; a delivery has one at most."""
    if row_count < FEWEST_ROWS_OF_A_PART:
        return False
    cursor.execute(
        """
        select not exists (
            select
            from pg_class
            inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
            where pg_namespace.nspname = 'raw_part' and pg_class.relname = %s
        )
        """,
        (f"{contract.entity}_{delivery_id}",),
    )
    return bool((cursor.fetchone() or (False,))[0])


def is_worth_a_part(row_count: int, repeated_count: int) -> bool:
    """Whether enough of the prepared rows are new."""
    is_mostly_new = repeated_count <= row_count * MOST_REPEATS_OF_A_PART
    return is_mostly_new and row_count - repeated_count >= FEWEST_ROWS_OF_A_PART


def adopt_rows(cursor: Cursor, contract: FileContract, delivery_id: int, row_count: int) -> int:
    """Take the `row_count` rows of `prepared`, which is logged, into raw without the lines in `repeated`.

    Returns the number of rows that came into raw.
    """
    cursor.execute("delete from prepared using repeated where prepared._line = repeated.line")
    row_count -= int(cursor.rowcount)
    cursor.execute(sql.SQL("select raw.adopt_part(%s, %s)"), (contract.entity, delivery_id))
    return row_count
