"""Closes last month once a calendar's n-th working day has come: what the DAG close_accounting_period does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.periods.close import ClosedPeriod, close_period
from supplier_sla.periods.finance_zone import month_after, month_of
from supplier_sla.periods.open_period import last_closed_period
from supplier_sla.published import act_as, in_slot, published_slot

CALENDAR_VARIABLE = "SUPPLIER_SLA_CLOSE_CALENDAR"
WORKING_DAY_VARIABLE = "SUPPLIER_SLA_CLOSE_WORKING_DAY"
NO_CALENDAR = "none"

# Every day up to it must be published: an unknown day is no day off.
CLOSING_DAY = """
select nth.local_date, nth.time_zone
from (
    select working_days.local_date, working_days.time_zone
    from {intermediate}.int_calendar__working_days as working_days
    where working_days.calendar_id = %(calendar)s and working_days.local_date >= %(month)s
    order by working_days.local_date
    offset %(number)s - 1 limit 1
) as nth
where (
    select count(*)
    from {intermediate}.int_calendar__days as days
    where days.calendar_id = %(calendar)s and days.local_date between %(month)s and nth.local_date
) = nth.local_date - %(month)s + 1
"""


class CloseSettingInvalid(SupplierSlaError):
    """There is a calendar, and the working day is no number from 1 on."""


class ClosingDayUnknown(SupplierSlaError):
    """The calendar does not exist, or is not published up to the day."""


@dataclass(frozen=True)
class ClosingDay:
    """On which working day of the month after, by which calendar, a month is closed."""

    calendar_id: str
    number: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ClosingDay | None:
        """Read the two settings; None without a calendar, or with the word none: months are closed by hand.

        Raises:
            CloseSettingInvalid: see there.
        """
        values = os.environ if environment is None else environment
        calendar, number = values.get(CALENDAR_VARIABLE, ""), values.get(WORKING_DAY_VARIABLE, "")
        if calendar in ("", NO_CALENDAR):
            return None
        if not (number.isascii() and number.isdigit() and int(number) > 0):
            raise CloseSettingInvalid(
                WORKING_DAY_VARIABLE,
                expected=f"a number from 1 on, because {CALENDAR_VARIABLE} is set",
                found=repr(number),
                next_step="set it, or leave both out and close months with scripts/close_period",
            )
        return cls(calendar, int(number))


def close_when_due(connection: Connection, day: ClosingDay, *, as_of: datetime) -> list[ClosedPeriod]:
    """Close last month, and open months with ledger lines before it, when the working day has come.

    Args:
        connection: outside a transaction, of a login that may act as the transformer.
        day: which working day of the running month.
        as_of: of the run.

    Returns:
        What was closed now; empty before that day and when all is closed already.

    Raises:
        ClosingDayUnknown, PeriodNotClosable, SealBroken: see there.
    """
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        months = _due(cursor, day, as_of)
    return [close_period(connection, month) for month in months]


def _due(cursor: Cursor, day: ClosingDay, as_of: datetime) -> list[date]:
    running = month_of(as_of)
    closing_date, zone = _closing_date(cursor, day, running)
    if as_of.astimezone(zone).date() < closing_date:
        return []
    closed = last_closed_period(cursor)
    cursor.execute(
        "select min(accounting_period) from finance.ledger_line"
        " where accounting_period < %s and accounting_period > coalesce(%s, '-infinity'::date)",
        (running, closed),
    )
    (oldest,) = cursor.fetchone() or (None,)
    last_month = date(running.year - (running.month == 1), (running.month - 2) % 12 + 1, 1)
    month = oldest or last_month
    due = []
    while month < running:
        if closed is None or month > closed:
            due.append(month)
        month = month_after(month)
    return due


def _closing_date(cursor: Cursor, day: ClosingDay, month: date) -> tuple[date, ZoneInfo]:
    slot, _ = published_slot(cursor)
    cursor.execute(in_slot(CLOSING_DAY, slot), {"calendar": day.calendar_id, "month": month, "number": day.number})
    row = cursor.fetchone()
    if row is None:
        raise ClosingDayUnknown(
            f"working day {day.number} of {month:%Y-%m} in calendar {day.calendar_id}",
            expected="a calendar that is published up to it",
            found="none",
            next_step=f"deliver the calendar, or correct {CALENDAR_VARIABLE}",
        )
    return row[0], ZoneInfo(row[1])
