"""What a month has to bear beyond what is booked: the published estimates less the ledger, stored when it is closed."""

from __future__ import annotations

from datetime import date

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

# A key of the ledger that no clause owes any more stays in with an estimate of 0: it is taken back by a later night.
ACCRUALS = """
insert into finance.accrual (
    accounting_period, contract_id, penalty_term_id, period_month, currency_code, supplier_id, posted_amount,
    low_amount, estimate_amount, high_amount, arithmetic
)
with posted as (
    select
        contract_id, penalty_term_id, period_month, currency_code,
        sum(amount) as amount,
        (array_agg(coalesce(detail ->> 'supplier_id', 'unknown') order by line_number desc))[1] as supplier_id
    from finance.ledger_line
    where accounting_period <= %(month)s
    group by contract_id, penalty_term_id, period_month, currency_code
),
compared as (
    select
        contract_id, penalty_term_id, period_month, currency_code,
        coalesce(estimates.supplier_id, posted.supplier_id) as supplier_id,
        coalesce(posted.amount, 0) as posted_amount,
        coalesce(estimates.low_amount, 0) as low_amount,
        coalesce(estimates.estimate_amount, 0) as estimate_amount,
        coalesce(estimates.high_amount, 0) as high_amount,
        coalesce(estimates.arithmetic, 'no clause owes it any more') as arithmetic
    from {slot}.fct_penalty_estimate as estimates
    full join posted using (contract_id, penalty_term_id, period_month, currency_code)
)
select
    %(month)s, contract_id, penalty_term_id, period_month, currency_code, supplier_id, posted_amount,
    low_amount, estimate_amount, high_amount, arithmetic
from compared
where
    period_month <= %(month)s
    and (estimate_amount <> posted_amount or low_amount <> posted_amount or high_amount <> posted_amount)
"""


def store_accruals(cursor: Cursor, slot: str, month: date) -> int:
    """Write one row for each line of a penalty up to `month` that is not booked in full or may still change.

    Inside the transaction that closes the month, under the publication lock; returns the number of rows.
    """
    cursor.execute(sql.SQL(ACCRUALS).format(slot=sql.Identifier(slot)), {"month": month})
    return cursor.rowcount
