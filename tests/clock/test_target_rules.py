"""Targets that are not minutes: close of business of the n-th working day, and the time promised on the ticket."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import DAY, HOUR, Case, Rules, rule
from tests.support.register import Row, calendar, service_level


def _days(name: str, number: int, calendar_id: str = "DAYS") -> Row:
    return service_level(
        f"days_{name}", ticket_type_code=f"days_{name}", target_unit="working_days", target_value=str(number),
        calendar_id=calendar_id,
    )  # fmt: skip


LEVELS = [
    _days("same", 0), _days("next", 1), _days("two", 2), _days("night", 1, "DAYS-NIGHT"), _days("china", 1, "DAYS-CHINA"),
    _days("short", 2, "DAYS-SHORT"), _days("same_night", 0, "DAYS-NIGHT"), _days("spring", 1, "DAYS-BERLIN"),
    service_level("promise", ticket_type_code="promise", target_unit="promised_time", target_value="", calendar_id=""),
    service_level(
        "promise_from_assignment", ticket_type_code="promise_from_assignment", target_unit="promised_time", target_value="",
        calendar_id="", start_event="assigned",
    ),
    *(
        service_level(
            name, ticket_type_code=name, target_unit="promised_time", target_value="", calendar_id="", start_event="responded",
            reopen_policy=policy,
        )
        for name, policy in (("promise_from_response", "first_only"), ("promise_from_response_on", "continue"))
    ),
]  # fmt: skip

CALENDARS = [
    calendar("DAYS"),
    calendar("DAYS-NIGHT", "22:00-06:00"),
    calendar("DAYS-CHINA", "09:00-12:00;13:00-18:00", "Asia/Shanghai"),
    calendar("DAYS-SHORT", published_until="2026-03-12"),
    calendar("DAYS-BERLIN", "", "Europe/Berlin", saturday="20:00-23:00", sunday="00:00-04:00"),
]

EXCEPTIONS = [
    {"calendar_id": "DAYS", "exception_date": "2026-03-04", "exception_kind": "holiday"},
    {"calendar_id": "DAYS", "exception_date": "2026-03-05", "hours": "09:00-12:00", "exception_kind": "half_day"},
    {
        "calendar_id": "DAYS",
        "exception_date": "2026-03-21",
        "hours": "10:00-14:00",
        "exception_kind": "makeup_working_day",
    },
]


def _promised(at: str) -> dict[str, str]:
    return {"promised_at": f"{at}Z"}


CASES = [
    rule("by_close_of_the_next_working_day", "days_next", "2026-03-09 10:00", "2026-03-10 16:00", elapsed=14 * HOUR,
         due="2026-03-10 17:00", target=15 * HOUR),
    rule("one_second_after_that_close_is_late", "days_next", "2026-03-09 10:00", "2026-03-11 09:00:01", status="breached",
         elapsed=15 * HOUR + 1, due="2026-03-10 17:00"),
    rule("at_that_close_it_is_met", "days_next", "2026-03-09 10:00", "2026-03-10 17:00", elapsed=15 * HOUR, due="2026-03-10 17:00"),
    rule("opened_after_hours_the_next_day_is_the_same", "days_next", "2026-03-09 20:00", "2026-03-10 16:00", elapsed=7 * HOUR,
         due="2026-03-10 17:00", target=8 * HOUR),
    rule("opened_before_hours_too", "days_next", "2026-03-09 05:00", "2026-03-10 16:00", elapsed=15 * HOUR, due="2026-03-10 17:00"),
    rule("two_working_days_over_a_weekend", "days_two", "2026-03-06 10:00", "2026-03-09 10:00", elapsed=8 * HOUR,
         due="2026-03-10 17:00", target=23 * HOUR),
    rule("a_holiday_is_no_working_day_and_a_half_day_closes_early", "days_next", "2026-03-03 10:00", "2026-03-05 11:00",
         elapsed=9 * HOUR, due="2026-03-05 12:00", target=10 * HOUR),
    rule("a_make_up_saturday_is_the_next_working_day", "days_next", "2026-03-20 10:00", "2026-03-21 11:00", elapsed=8 * HOUR,
         due="2026-03-21 14:00"),
    rule("opened_on_a_saturday_monday_is_the_first", "days_next", "2026-03-14 10:00", "2026-03-16 10:00", elapsed=HOUR,
         due="2026-03-16 17:00"),
    rule("day_zero_is_the_same_days_close", "days_same", "2026-03-09 10:00", "2026-03-09 16:00", elapsed=6 * HOUR,
         due="2026-03-09 17:00", target=7 * HOUR),
    rule("day_zero_at_closing_time_is_the_next_close", "days_same", "2026-03-09 17:00", "2026-03-10 10:00", elapsed=HOUR,
         due="2026-03-10 17:00"),
    rule("day_zero_one_second_before_closing_is_that_close", "days_same", "2026-03-09 16:59:59", "2026-03-10 10:00",
         status="breached", elapsed=HOUR + 1, due="2026-03-09 17:00"),
    rule("day_zero_on_a_closed_day_is_the_next_close", "days_same", "2026-03-14 10:00", "2026-03-16 10:00", elapsed=HOUR,
         due="2026-03-16 17:00"),
    rule("a_pause_moves_it_along_open_time", "days_next", "2026-03-09 10:00", "2026-03-10 16:00", ("2026-03-09 12:00", "paused"),
         ("2026-03-09 14:00", "resumed"), elapsed=12 * HOUR, due="2026-03-11 11:00", target=15 * HOUR),
    rule("a_pause_outside_hours_does_not", "days_next", "2026-03-09 10:00", "2026-03-10 16:00", ("2026-03-09 18:00", "paused"),
         ("2026-03-10 08:00", "resumed"), elapsed=14 * HOUR, due="2026-03-10 17:00"),
    rule("a_night_shift_closes_in_the_morning_after", "days_night", "2026-03-16 23:00", "2026-03-17 23:00", elapsed=8 * HOUR,
         due="2026-03-18 06:00", target=15 * HOUR),
    rule("day_zero_of_a_night_shift_closes_in_the_morning_after", "days_same_night", "2026-03-16 23:00", "2026-03-17 01:00",
         elapsed=2 * HOUR, due="2026-03-17 06:00"),
    rule("the_date_of_the_start_is_that_of_the_calendar", "days_china", "2026-03-09 16:30", "2026-03-10 02:00", elapsed=HOUR,
         due="2026-03-11 10:00", target=16 * HOUR),
    # Berlin, 28 March 2026 20:00-23:00 and 29 March 00:00-04:00 local, of which the hour from 02:00 does not exist.
    rule("a_close_on_the_day_of_23_hours", "days_spring", "2026-03-28 19:00", "2026-03-29 01:00", elapsed=5 * HOUR,
         due="2026-03-29 02:00", target=6 * HOUR),
    rule("a_working_day_beyond_the_published_ones_cannot_be_told", "days_short", "2026-03-11 09:00", "2026-03-11 10:00",
         status="not_measurable", reason="calendar_not_published"),
    # Promised on the ticket
    rule("kept_promise", "promise", "2026-03-02 09:00", "2026-03-05 09:00", columns=_promised("2026-03-05 09:00"),
         elapsed=3 * DAY, due="2026-03-05 09:00", target=3 * DAY),
    rule("broken_promise", "promise", "2026-03-02 09:00", "2026-03-05 09:00:01", columns=_promised("2026-03-05 09:00"),
         status="breached", elapsed=3 * DAY + 1, due="2026-03-05 09:00"),
    rule("a_promise_counts_whole_seconds", "promise", "2026-03-02 09:00", "2026-03-05 09:00:00.9",
         columns=_promised("2026-03-05 09:00:00.1"), elapsed=3 * DAY, due="2026-03-05 09:00"),
    rule("a_pause_moves_the_promise_round_the_clock", "promise", "2026-03-02 09:00", "2026-03-06 08:00",
         ("2026-03-03 09:00", "paused"), ("2026-03-04 09:00", "resumed"), columns=_promised("2026-03-05 09:00"),
         elapsed=3 * DAY - HOUR, due="2026-03-06 09:00"),
    rule("an_open_promise_runs", "promise", "2026-06-29 09:00", columns=_promised("2026-07-02 09:00"), status="running",
         elapsed=27 * HOUR, due="2026-07-02 09:00"),
    rule("an_open_promise_runs_past_due", "promise", "2026-06-29 09:00", columns=_promised("2026-06-30 09:00"),
         status="running_past_due", elapsed=27 * HOUR, due="2026-06-30 09:00"),
    rule("a_promise_that_is_over_at_the_start_is_missed_since_it_was_due", "promise_from_assignment", "2026-03-02 09:00",
         "2026-03-05 09:00", ("2026-03-04 09:00", "assigned"), columns=_promised("2026-03-03 09:00"), status="breached",
         elapsed=DAY, due="2026-03-03 09:00"),
    rule("also_by_the_event_that_starts_and_stops_its_clock", "promise_from_response", "2026-03-02 09:00", "2026-03-05 09:00",
         columns=_promised("2026-03-04 09:00"), status="breached", elapsed=0, due="2026-03-04 09:00"),
    rule("also_where_the_clock_could_go_on", "promise_from_response_on", "2026-03-02 09:00", "2026-03-05 09:00",
         columns=_promised("2026-03-04 09:00"), status="breached", elapsed=0, due="2026-03-04 09:00"),
    rule("no_promise_no_service_level", "promise", "2026-03-02 09:00", "2026-03-05 09:00", status="no_service_level",
         reason="no_promise"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS, CALENDARS, EXCEPTIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_target_rule(case: Case, published: Published) -> None:
    published.holds(case)
