"""Sums of an accrual, per currency and never over several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True)
class AccrualTotal:
    """What a closed month accrued in one currency: best estimate, least and most, each less what was booked."""

    currency_code: str
    row_count: int
    accrued_amount: Decimal
    least_amount: Decimal
    most_amount: Decimal

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Estimate, least, most."""
        return self.accrued_amount, self.least_amount, self.most_amount


def accrual_totals(cursor: Cursor, month: date) -> list[AccrualTotal]:
    """One row per currency, in the order of their codes."""
    cursor.execute(
        "select currency_code, count(*), sum(accrued_amount), sum(low_amount - posted_amount),"
        " sum(high_amount - posted_amount) from finance.accrual where accounting_period = %s"
        " group by currency_code order by currency_code",
        (month,),
    )
    return [AccrualTotal(*row) for row in cursor.fetchall()]
