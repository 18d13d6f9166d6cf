"""The accounting period that a ledger line posted now is booked in."""

from __future__ import annotations

from datetime import date, datetime

from psycopg2.extensions import cursor as Cursor

from supplier_sla.periods.finance_zone import month_after, month_of


def last_closed_period(cursor: Cursor) -> date | None:
    """The newest closed month, with which everything before it is closed; None: nothing is."""
    cursor.execute("select max(accounting_period) from finance.accounting_period")
    (closed,) = cursor.fetchone() or (None,)
    return closed


def open_period(cursor: Cursor, as_of: datetime) -> date:
    """First day of the month of `as_of` in finance's zone; when that is closed, of the first month that is not.

    Raises:
        FinanceZoneInvalid: see `finance_zone`.
    """
    month, closed = month_of(as_of), last_closed_period(cursor)
    return month if closed is None or closed < month else month_after(closed)
