"""Which time is open: nights, weekends, holidays, half days, make-up days, night shifts, versions of a calendar."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import DAY, HOUR, Case, Rules, rule
from tests.support.register import calendar, service_level

LEVELS = [
    service_level("hours_office", ticket_type_code="office"),
    service_level("hours_lunch", ticket_type_code="lunch", calendar_id="LUNCH"),
    service_level("hours_night", ticket_type_code="night", calendar_id="NIGHT"),
    service_level("hours_evening", ticket_type_code="evening", calendar_id="EVENING"),
    service_level("hours_overlap", ticket_type_code="overlap", calendar_id="OVERLAP"),
    service_level("hours_always", ticket_type_code="always", calendar_id="ALWAYS"),
    service_level("hours_china", ticket_type_code="china", calendar_id="CHINA"),
    service_level("hours_moved", ticket_type_code="moved", calendar_id="MOVED"),
    service_level("hours_gapped", ticket_type_code="gapped", calendar_id="GAPPED"),
    service_level("hours_zero", ticket_type_code="zero", target_value="0"),
    service_level("hours_fraction", ticket_type_code="fraction", target_value="0.25"),
    service_level(
        "hours_round_the_clock", ticket_type_code="round_the_clock", target_unit="calendar_minutes", calendar_id=""
    ),
]

CALENDARS = [
    calendar("LUNCH", "08:00-12:00;13:00-17:00"),
    calendar("NIGHT", "22:00-06:00"),
    calendar("EVENING", "18:00-24:00"),
    calendar("OVERLAP", "", monday="22:00-06:00", tuesday="05:00-09:00"),
    calendar("ALWAYS", "00:00-24:00", saturday="00:00-24:00", sunday="00:00-24:00"),
    calendar("CHINA", "09:00-12:00;13:00-18:00", "Asia/Shanghai"),
    calendar("MOVED"),
    calendar("MOVED", "10:00-18:00", valid_from="2026-03-10"),
    calendar("GAPPED", published_until="2026-03-10"),
    calendar("GAPPED", valid_from="2026-03-16"),
]

EXCEPTIONS = [
    {"calendar_id": "OFFICE", "exception_date": "2026-03-04", "exception_kind": "holiday", "exception_name": "Founders' Day"},
    {"calendar_id": "OFFICE", "exception_date": "2026-03-05", "hours": "09:00-12:00", "exception_kind": "half_day"},
    {"calendar_id": "NIGHT", "exception_date": "2026-03-11", "exception_kind": "holiday"},
    {"calendar_id": "CHINA", "exception_date": "2026-02-14", "hours": "09:00-12:00;13:00-18:00",
     "exception_kind": "makeup_working_day", "exception_name_zh": "春节调休"},
    {"calendar_id": "CHINA", "exception_date": "2026-02-16", "exception_kind": "holiday", "exception_name_zh": "春节"},
]  # fmt: skip

# Monday 2 March 2026 is an ordinary day of OFFICE (09-17 UTC); the target is 8 h.
CASES = [
    rule("done_within_a_day", "office", "2026-03-02 09:00", "2026-03-02 15:00", elapsed=6 * HOUR, due="2026-03-02 17:00",
         started="2026-03-02 09:00", stopped="2026-03-02 15:00", target=8 * HOUR),
    rule("exact_fill_at_closing_is_met_and_due_then", "office", "2026-03-02 09:00", "2026-03-02 17:00",
         elapsed=8 * HOUR, due="2026-03-02 17:00"),
    rule("exact_fill_at_closing_stays_met_through_the_night", "office", "2026-03-02 09:00", "2026-03-03 09:00",
         elapsed=8 * HOUR, due="2026-03-02 17:00"),
    rule("one_second_late_is_breached", "office", "2026-03-02 09:00", "2026-03-03 09:00:01", status="breached",
         elapsed=8 * HOUR + 1, due="2026-03-02 17:00"),
    rule("a_night_costs_nothing", "office", "2026-03-02 16:00", "2026-03-03 10:00", elapsed=2 * HOUR, due="2026-03-03 16:00"),
    rule("a_weekend_costs_nothing", "office", "2026-03-06 16:00", "2026-03-09 10:00", elapsed=2 * HOUR, due="2026-03-09 16:00"),
    rule("a_holiday_costs_nothing", "office", "2026-03-03 16:00", "2026-03-05 10:00", elapsed=2 * HOUR, due="2026-03-06 13:00"),
    rule("a_half_day_counts_its_half", "office", "2026-03-05 09:00", "2026-03-06 10:00", elapsed=4 * HOUR, due="2026-03-06 14:00"),
    rule("opened_at_night_starts_in_the_morning", "office", "2026-03-02 03:00", "2026-03-02 10:00", elapsed=HOUR,
         due="2026-03-02 17:00", started="2026-03-02 03:00"),
    rule("seconds_count_and_fractions_do_not", "office", "2026-03-02 09:00:00.9", "2026-03-02 09:00:10.1", elapsed=10,
         due="2026-03-02 17:00"),
    rule("a_quarter_of_a_minute_is_fifteen_seconds", "fraction", "2026-03-02 09:00", "2026-03-02 09:00:16", status="breached",
         elapsed=16, due="2026-03-02 09:00:15", target=15),
    rule("lunch_is_closed", "lunch", "2026-03-02 11:30", "2026-03-02 13:30", elapsed=HOUR, due="2026-03-03 11:30"),
    rule("the_end_of_lunch_is_no_due_instant", "lunch", "2026-03-02 08:00", "2026-03-02 12:30", elapsed=4 * HOUR,
         due="2026-03-02 17:00"),
    rule("a_night_shift_reaches_into_the_next_day", "night", "2026-03-02 23:00", "2026-03-03 05:00", elapsed=6 * HOUR,
         due="2026-03-03 23:00"),
    rule("fridays_night_shift_ends_on_saturday", "night", "2026-03-06 23:00", "2026-03-09 23:00", elapsed=8 * HOUR,
         due="2026-03-09 23:00"),
    rule("a_holiday_cancels_the_shift_that_begins_on_it_not_the_one_that_ends_on_it", "night", "2026-03-10 22:00",
         "2026-03-12 23:00", status="breached", elapsed=9 * HOUR, due="2026-03-11 06:00"),
    rule("an_evening_until_midnight_ends_at_midnight", "evening", "2026-03-09 23:00", "2026-03-10 19:00", elapsed=2 * HOUR,
         due="2026-03-11 19:00"),
    rule("hours_of_two_days_that_overlap_count_once", "overlap", "2026-03-09 22:00", "2026-03-10 09:00", status="breached",
         elapsed=11 * HOUR, due="2026-03-10 06:00"),
    rule("round_the_clock_calendar", "always", "2026-03-07 20:00", "2026-03-08 03:00", elapsed=7 * HOUR, due="2026-03-08 04:00"),
    rule("a_make_up_saturday_is_a_working_day", "china", "2026-02-14 00:00", "2026-02-14 09:00", elapsed=7 * HOUR,
         due="2026-02-14 10:00"),
    rule("a_chinese_holiday_is_not", "china", "2026-02-13 09:00", "2026-02-17 02:00", elapsed=10 * HOUR, status="breached",
         due="2026-02-14 09:00"),
    rule("calendar_minutes_ignore_calendars", "round_the_clock", "2026-03-07 10:00", "2026-03-07 18:00:01", status="breached",
         elapsed=8 * HOUR + 1, due="2026-03-07 18:00"),
    rule("each_stretch_counts_by_the_calendar_in_force_then", "moved", "2026-03-09 16:00", "2026-03-10 11:00",
         elapsed=2 * HOUR, due="2026-03-10 17:00"),
    rule("a_clock_that_stands_still_needs_no_published_days", "gapped", "2026-03-09 09:00", "2026-03-16 11:00",
         ("2026-03-09 10:00", "paused"), ("2026-03-16 10:00", "resumed"), elapsed=2 * HOUR, due="2026-03-16 17:00"),
    rule("target_zero_outside_hours_is_due_at_the_next_opening", "zero", "2026-03-02 18:00", "2026-03-02 20:00", elapsed=0,
         due="2026-03-03 09:00"),
    rule("target_zero_inside_hours_is_due_at_once", "zero", "2026-03-02 10:00", "2026-03-02 10:00:01", status="breached",
         elapsed=1, due="2026-03-02 10:00"),
    rule("target_zero_is_kept_by_stopping_at_once", "zero", "2026-03-02 10:00", "2026-03-02 10:00", elapsed=0,
         due="2026-03-02 10:00"),
    rule("target_zero_over_a_night_is_missed_at_the_opening", "zero", "2026-03-02 18:00", "2026-03-03 09:00:01",
         status="breached", elapsed=1, due="2026-03-03 09:00"),
    # 6 January 2020 and 5 January 2026 are Mondays 313 weeks apart, all of 40 hours.
    rule("six_years_are_313_weeks", "office", "2020-01-06 09:00", "2026-01-05 09:00", status="breached",
         elapsed=313 * 40 * HOUR, due="2020-01-06 17:00"),
    rule("six_years_round_the_clock_are_2191_days", "round_the_clock", "2020-01-06 09:00", "2026-01-05 09:00",
         status="breached", elapsed=2191 * DAY, due="2020-01-06 17:00"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS, CALENDARS, EXCEPTIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hours_rule(case: Case, published: Published) -> None:
    published.holds(case)
