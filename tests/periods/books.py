"""Nights whose tables are made by hand, with the two reports that closing a month reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from psycopg2 import sql

from supplier_sla.database import session
from supplier_sla.periods.close import ClosedPeriod, close_period
from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.slot_tables import Row, build_slot, penalty, reserve, switch

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
IN_JANUARY, IN_FEBRUARY, IN_MARCH = utc("2026-01-20 22:00"), utc("2026-02-03 22:00"), utc("2026-03-02 22:00")

REPORTS = """
drop table if exists {slot}.fct_penalty_estimate;
create table {slot}.fct_penalty_estimate as
select
    contract_id, penalty_term_id, period_month, currency_code, supplier_id,
    owed_amount as low_amount, owed_amount as estimate_amount, owed_amount + coalesce(gross_amount, 0) as high_amount,
    status_code as arithmetic
from {slot}.fct_penalty;
create or replace view {slot}.rpt_ledger_roll_forward as
select
    accounting_period, detail ->> 'supplier_id' as supplier_id, contract_id, currency_code,
    0.00::numeric(18, 2) as opening_amount,
    coalesce(sum(amount) filter (where line_kind = 'initial'), 0)::numeric(18, 2) as new_amount,
    coalesce(sum(amount) filter (where line_kind = 'adjustment'), 0)::numeric(18, 2) as adjustment_amount,
    0.00::numeric(18, 2) as earn_back_amount, 0.00::numeric(18, 2) as dispute_amount,
    0.00::numeric(18, 2) as waiver_amount, 0.00::numeric(18, 2) as paid_amount,
    sum(amount)::numeric(18, 2) as closing_amount, 0.00::numeric(18, 2) as extracted_amount,
    0.00::numeric(18, 2) as accepted_amount, 0.00::numeric(18, 2) as rejected_amount,
    0.00::numeric(18, 2) as open_dispute_amount
from finance.ledger_line
group by 1, 2, 3, 4
"""


def night(warehouse: Warehouse, as_of: datetime, *penalties: Row) -> None:
    """Build by hand and publish."""
    slot, run_id = reserve(warehouse, as_of=as_of)
    build_slot(warehouse, slot, penalties=penalties)
    with session(warehouse.transformer_url) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL(REPORTS).format(slot=sql.Identifier(slot)))
    switch(warehouse, slot, run_id)


def two_nights(warehouse: Warehouse) -> None:
    """One line booked in January, one in February; January's own penalties came with the February night."""
    early = penalty(period_month="2025-12-01", gross_amount="0")
    night(warehouse, IN_JANUARY, early)
    night(warehouse, IN_FEBRUARY, early, penalty(gross_amount="30.00"))


def close(warehouse: Warehouse, month: date, as_of: datetime | None = None) -> ClosedPeriod:
    """As the administrator, who takes on the transformer's rights."""
    with session(warehouse.admin_url) as connection:
        return close_period(connection, month, as_of=as_of)


def state(
    warehouse: Warehouse,
    tables: Iterable[str] = ("accounting_period", "accounting_period_total", "accounting_period_movement", "accrual"),
) -> list[list[tuple]]:
    """Everything that closing writes, but not when the clock on the wall said so."""
    return [
        warehouse.query(f"select to_jsonb(t) - 'sealed_at' from finance.{table} as t order by t::text")
        for table in tables
    ]
