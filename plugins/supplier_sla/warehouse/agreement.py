"""Whether the ledger says what a built slot owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.warehouse.ledger import UNDECIDED_STATUSES

DIFFERING = """
with owed as (
    select contract_id, penalty_term_id, period_month, currency_code, owed_amount, status_code
    from {slot}.fct_penalty
),
posted as (
    select contract_id, penalty_term_id, period_month, currency_code, sum(amount) as amount
    from finance.ledger_line
    where publication_id <= %(publication)s
    group by contract_id, penalty_term_id, period_month, currency_code
)
select
    contract_id, penalty_term_id, period_month, currency_code,
    coalesce(owed.owed_amount, 0) as owed_amount, coalesce(posted.amount, 0) as posted_amount
from owed
full join posted using (contract_id, penalty_term_id, period_month, currency_code)
where
    coalesce(owed.owed_amount, 0) <> coalesce(posted.amount, 0)
    -- In whatever currency: nothing is posted or taken back for a month that cannot be told yet.
    and not exists (
        select from owed as undecided
        where
            undecided.status_code = any(%(undecided)s)
            and undecided.contract_id = coalesce(owed.contract_id, posted.contract_id)
            and undecided.penalty_term_id = coalesce(owed.penalty_term_id, posted.penalty_term_id)
            and undecided.period_month = coalesce(owed.period_month, posted.period_month)
    )
order by contract_id collate "C", penalty_term_id collate "C", period_month, currency_code collate "C"
"""


@dataclass(frozen=True)
class DifferingKey:
    """A clause and month for which the sum of the ledger is not what is owed."""

    contract_id: str
    penalty_term_id: str
    period_month: date
    currency_code: str
    owed_amount: Decimal
    posted_amount: Decimal

    def __str__(self) -> str:
        return (
            f"{self.contract_id} {self.penalty_term_id} {self.period_month:%Y-%m}:"
            f" owed {self.owed_amount} {self.currency_code}, posted {self.posted_amount}"
        )


def differing_keys(cursor: Cursor, *, slot: str, up_to_publication: int) -> list[DifferingKey]:
    """Keys for which the ledger lines up to a publication do not add up to what the slot's `fct_penalty` owes."""
    cursor.execute(
        sql.SQL(DIFFERING).format(slot=sql.Identifier(slot)),
        {"publication": up_to_publication, "undecided": list(UNDECIDED_STATUSES)},
    )
    return [DifferingKey(*row) for row in cursor.fetchall()]
