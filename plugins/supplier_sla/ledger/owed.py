"""The owed amounts of a slot, before they are posted: whether their components come to them."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.ledger.components import COMPONENTS, UNDECIDED_STATUSES


class AmountsUnsound(SupplierSlaError):
    """An owed amount is not its penalty less what was given back, or one of them is negative; nothing is posted."""


# Undecided months owe nothing whatever their steps say: neither posted nor taken back, so not looked at.
UNSOUND = """
select contract_id, penalty_term_id, period_month, currency_code, {columns}, owed_amount
from {slot}.fct_penalty
where
    status_code <> all(%(undecided)s)
    and (
        owed_amount is distinct from {components}
        or least(owed_amount, {columns}) < 0
    )
order by contract_id collate "C", penalty_term_id collate "C", period_month, currency_code collate "C"
limit 1
"""


def require_sound_amounts(cursor: Cursor, slot: str) -> None:
    """Every owed amount of `fct_penalty` is penalty less earn-back, dispute reduction and waiver, none negative.

    So whoever owes nothing under a key has no penalty to take from, and a key's first line is always its penalty.

    Raises:
        AmountsUnsound: with the first key for which it is not so.
    """
    columns = [sql.Identifier(column) for column, _ in COMPONENTS.values()]
    cursor.execute(
        sql.SQL(UNSOUND).format(
            slot=sql.Identifier(slot), columns=sql.SQL(", ").join(columns), components=sql.SQL(" - ").join(columns)
        ),
        {"undecided": list(UNDECIDED_STATUSES)},
    )
    row = cursor.fetchone()
    if row is None:
        return
    *key, penalty, earn_back, dispute, waiver, owed = row
    raise AmountsUnsound(
        f"fct_penalty of contract {key[0]}, clause {key[1]}, month {key[2]:%Y-%m}, {key[3]}",
        expected="owed_amount = penalty_amount - earn_back_amount - dispute_reduction_amount - waiver_amount,"
        " none of them negative",
        found=f"{owed} and {penalty} - {earn_back} - {dispute} - {waiver}",
        next_step="correct the penalty models; nothing was posted or published",
    )
