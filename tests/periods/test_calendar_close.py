"""Months are closed by a calendar's working days: not before the day, oldest first, never twice, never by guess."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from supplier_sla.database import session
from supplier_sla.periods.calendar_close import (
    CALENDAR_VARIABLE,
    WORKING_DAY_VARIABLE,
    CloseSettingInvalid,
    ClosingDay,
    ClosingDayUnknown,
    close_when_due,
)
from tests.conftest import Warehouse
from tests.periods.books import FEBRUARY, IN_FEBRUARY, IN_JANUARY, JANUARY, night
from tests.support.instants import utc
from tests.support.slot_tables import penalty

# Weekends off, and Monday 2 March; published up to 10 March, but for a gap.
CALENDAR = """
set role transformer;
create or replace view intermediate_{colour}.int_calendar__days as
select 'BANK' as calendar_id, day::date as local_date, 'Asia/Shanghai' as time_zone,
    case when extract(isodow from day) < 6 and day <> '2026-03-02' then '09:00-17:00' end as hours
from generate_series('2026-01-01'::timestamp, '2026-03-10', interval '1 day') as days (day)
where day <> '{gap}';
create or replace view intermediate_{colour}.int_calendar__working_days as
select calendar_id, local_date, time_zone from intermediate_{colour}.int_calendar__days where hours is not null
"""


def closed(
    warehouse: Warehouse, number: int, as_of: datetime, calendar: str = "BANK", gap: str = "1999-01-01"
) -> list[date]:
    ((slot,),) = warehouse.query("select slot from ops.publication order by publication_id desc limit 1")
    warehouse.query(CALENDAR.format(colour=slot.removeprefix("marts_"), gap=gap))
    with session(warehouse.transformer_url) as connection:
        periods = close_when_due(connection, ClosingDay(calendar, number), as_of=as_of)
    return [period.seal.accounting_period for period in periods]


def test_last_month_is_closed_on_the_working_day_and_not_before_and_once(warehouse: Warehouse) -> None:
    as_of = utc("2026-03-03 16:00")  # Wednesday 4 March begins in Shanghai: the second working day
    night(warehouse, as_of, penalty())
    assert closed(warehouse, 3, as_of) == []
    assert closed(warehouse, 2, utc("2026-03-03 15:59")) == []
    assert closed(warehouse, 2, as_of) == [FEBRUARY]
    assert closed(warehouse, 2, as_of) == []


def test_an_older_month_with_lines_is_closed_first(warehouse: Warehouse) -> None:
    night(warehouse, IN_JANUARY, penalty(period_month="2025-12-01"))
    night(warehouse, IN_FEBRUARY, penalty(period_month="2025-12-01"), penalty())
    night(warehouse, utc("2026-03-09 22:00"), penalty(period_month="2025-12-01"), penalty())
    assert closed(warehouse, 3, utc("2026-03-09 22:00")) == [JANUARY, FEBRUARY]


@pytest.mark.parametrize(
    ("calendar", "number", "gap"), [("BANK", 10, "1999-01-01"), ("NONE", 1, "1999-01-01"), ("BANK", 3, "2026-03-04")]
)
def test_a_day_that_is_not_published_is_never_guessed(
    warehouse: Warehouse, calendar: str, number: int, gap: str
) -> None:
    night(warehouse, utc("2026-03-09 22:00"), penalty())
    with pytest.raises(ClosingDayUnknown, match=f"working day {number} of 2026-03 in calendar {calendar}"):
        closed(warehouse, number, utc("2026-03-09 22:00"), calendar, gap)


def test_without_a_calendar_months_are_closed_by_hand() -> None:
    assert ClosingDay.from_environment({}) is None
    assert ClosingDay.from_environment({CALENDAR_VARIABLE: "none", WORKING_DAY_VARIABLE: "3"}) is None
    assert ClosingDay.from_environment({CALENDAR_VARIABLE: "BANK", WORKING_DAY_VARIABLE: "3"}) == ClosingDay("BANK", 3)


@pytest.mark.parametrize("number", ["", "0", "-1", "third"])
def test_a_calendar_needs_a_working_day(number: str) -> None:
    with pytest.raises(CloseSettingInvalid, match="expected a number from 1 on"):
        ClosingDay.from_environment({CALENDAR_VARIABLE: "BANK", WORKING_DAY_VARIABLE: number})
