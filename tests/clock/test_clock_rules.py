"""Each rule of the service-level clock as one ticket whose answer a person can check with a calendar; one build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.support.nights import night
from tests.support.reference_clock import utc
from tests.support.register import Row, calendar, event, register, service_level, ticket

AS_OF = utc("2026-06-30 12:00")
DAY = 24 * 3600
HOUR = 3600


@dataclass(frozen=True)
class Case:
    """A ticket (and its events), the level that measures it, and what the fact must say."""

    name: str
    level: str
    row: Row
    events: tuple[Row, ...] = ()
    status: str = "met"
    elapsed: int | None = None
    due: str | None = None
    reason: str | None = None

    @property
    def ticket_id(self) -> str:
        return self.name


def _case(name: str, level: str, opened: str, resolved: str | None = None, *events: tuple, **expected: Any) -> Case:
    columns = expected.pop("columns", {})
    row = ticket(name, f"{opened}Z", ticket_type_code=level, **columns)
    if resolved:
        row["resolved_at"] = f"{resolved}Z"
    rows = tuple(event(name, f"{at}Z", kind, **(extra[0] if extra else {})) for at, kind, *extra in events)
    return Case(name, level, row, rows, **expected)


LEVELS = [
    service_level("office", ticket_type_code="office"),
    service_level("berlin", ticket_type_code="berlin", calendar_id="BERLIN"),
    service_level("lunch", ticket_type_code="lunch", calendar_id="LUNCH"),
    service_level("night", ticket_type_code="night", calendar_id="NIGHT"),
    service_level("always", ticket_type_code="always", calendar_id="ALWAYS"),
    service_level("china", ticket_type_code="china", calendar_id="CHINA"),
    service_level("unpublished", ticket_type_code="unpublished", calendar_id="SHORT"),
    service_level("nowhere", ticket_type_code="nowhere", calendar_id="NOT-DELIVERED"),
    service_level("zero", ticket_type_code="zero", target_value="0"),
    service_level("gap", ticket_type_code="gap", calendar_id="GAP"),
    service_level("round_the_clock", ticket_type_code="round_the_clock", target_unit="calendar_minutes", calendar_id=""),
    service_level(
        "first_response", ticket_type_code="first_response", metric_code="response_time", stop_event="responded",
        target_value="60", pause_states="",
    ),
    service_level("from_assignment", ticket_type_code="from_assignment", start_event="assigned"),
    service_level("to_closing", ticket_type_code="to_closing", stop_event="closed"),
    service_level(
        "named_states", ticket_type_code="named_states", start_event="state:diagnosed", stop_event="state:verified"
    ),
    service_level(
        "promise", ticket_type_code="promise", target_unit="promised_time", target_value="", calendar_id=""
    ),
    service_level("by_priority", ticket_type_code="by_priority", target_value="480"),
    service_level("by_priority", ticket_type_code="by_priority", priority_code="P1", target_value="60"),
    service_level("amended", ticket_type_code="amended", target_value="480", valid_to="2026-03-10"),
    service_level("amended", ticket_type_code="amended", target_value="60", valid_from="2026-03-10"),
]  # fmt: skip

CALENDARS = [
    calendar(),
    calendar("BERLIN", "08:00-18:00", "Europe/Berlin", sunday="01:00-05:00", saturday="22:00-04:00"),
    calendar("LUNCH", "08:00-12:00;13:00-17:00"),
    calendar("NIGHT", "22:00-06:00"),
    calendar("ALWAYS", "00:00-24:00", saturday="00:00-24:00", sunday="00:00-24:00"),
    calendar("CHINA", "09:00-12:00;13:00-18:00", "Asia/Shanghai"),
    calendar("SHORT", published_until="2026-03-12"),
    calendar("GAP", "", "America/New_York", sunday="02:15-04:00"),
]

EXCEPTIONS = [
    {"calendar_id": "OFFICE", "exception_date": "2026-03-04", "exception_kind": "holiday", "exception_name": "Founders' Day"},
    {"calendar_id": "OFFICE", "exception_date": "2026-03-05", "hours": "09:00-12:00", "exception_kind": "half_day"},
    {"calendar_id": "CHINA", "exception_date": "2026-02-14", "hours": "09:00-12:00;13:00-18:00",
     "exception_kind": "makeup_working_day", "exception_name_zh": "春节调休"},
    {"calendar_id": "CHINA", "exception_date": "2026-02-16", "exception_kind": "holiday", "exception_name_zh": "春节"},
]  # fmt: skip

CASES = [
    # Monday 2 March 2026 is an ordinary day of OFFICE (09-17 UTC, target 8 h).
    _case("done_within_a_day", "office", "2026-03-02 09:00", "2026-03-02 15:00", elapsed=6 * HOUR, due="2026-03-02 17:00"),
    _case("exact_fill_at_closing_is_met_and_due_then", "office", "2026-03-02 09:00", "2026-03-02 17:00",
          elapsed=8 * HOUR, due="2026-03-02 17:00"),
    _case("one_second_late_is_breached", "office", "2026-03-02 09:00", "2026-03-03 09:00:01", status="breached",
          elapsed=8 * HOUR + 1, due="2026-03-02 17:00"),
    _case("a_night_costs_nothing", "office", "2026-03-02 16:00", "2026-03-03 10:00", elapsed=2 * HOUR, due="2026-03-03 16:00"),
    _case("a_weekend_costs_nothing", "office", "2026-03-06 16:00", "2026-03-09 10:00", elapsed=2 * HOUR, due="2026-03-09 16:00"),
    _case("a_holiday_costs_nothing", "office", "2026-03-03 16:00", "2026-03-05 10:00", elapsed=2 * HOUR, due="2026-03-06 13:00"),
    _case("a_half_day_counts_its_half", "office", "2026-03-05 09:00", "2026-03-06 10:00", elapsed=4 * HOUR, due="2026-03-06 14:00"),
    _case("opened_at_night_starts_in_the_morning", "office", "2026-03-02 03:00", "2026-03-02 10:00", elapsed=HOUR,
          due="2026-03-02 17:00"),
    _case("seconds_count_and_fractions_do_not", "office", "2026-03-02 09:00:00.9", "2026-03-02 09:00:10.1", elapsed=10,
          due="2026-03-02 17:00"),
    _case("lunch_is_closed", "lunch", "2026-03-02 11:30", "2026-03-02 13:30", elapsed=HOUR, due="2026-03-03 11:30"),
    _case("a_night_shift_reaches_into_the_next_day", "night", "2026-03-02 23:00", "2026-03-03 05:00", elapsed=6 * HOUR,
          due="2026-03-03 23:00"),
    _case("fridays_night_shift_ends_on_saturday", "night", "2026-03-06 23:00", "2026-03-09 23:00", elapsed=8 * HOUR,
          due="2026-03-09 23:00"),
    _case("round_the_clock_calendar", "always", "2026-03-07 20:00", "2026-03-08 03:00", elapsed=7 * HOUR, due="2026-03-08 04:00"),
    _case("a_make_up_saturday_is_a_working_day", "china", "2026-02-14 00:00", "2026-02-14 09:00", elapsed=7 * HOUR,
          due="2026-02-14 10:00"),
    _case("a_chinese_holiday_is_not", "china", "2026-02-13 09:00", "2026-02-17 02:00", elapsed=10 * HOUR, status="breached",
          due="2026-02-14 09:00"),
    # Europe/Berlin: clocks go forward at 01:00 UTC on 29 March 2026, back at 01:00 UTC on 25 October 2025.
    _case("the_missing_hour_of_spring_does_not_count", "berlin", "2026-03-29 00:00", "2026-03-29 03:00", elapsed=3 * HOUR,
          due="2026-03-30 11:00"),
    _case("the_doubled_hour_of_autumn_counts_twice", "berlin", "2025-10-25 23:00", "2025-10-26 04:00", elapsed=5 * HOUR,
          due="2025-10-27 10:00"),
    _case("of_an_opening_inside_the_gap_the_part_that_exists_counts", "gap", "2026-03-08 06:00", "2026-03-08 09:00",
          elapsed=HOUR, due="2026-04-05 08:00"),
    _case("calendar_minutes_ignore_calendars", "round_the_clock", "2026-03-07 10:00", "2026-03-07 18:00:01", status="breached",
          elapsed=8 * HOUR + 1, due="2026-03-07 18:00"),
    _case("a_pause_stops_the_clock_and_moves_the_due_instant", "office", "2026-03-02 09:00", "2026-03-03 10:00",
          ("2026-03-02 10:00", "state_changed", {"state_code": "waiting_customer"}),
          ("2026-03-02 15:00", "state_changed", {"state_code": "in_progress"}),
          elapsed=4 * HOUR, due="2026-03-03 14:00"),
    _case("a_pause_outside_hours_is_free", "office", "2026-03-02 16:00", "2026-03-03 10:00",
          ("2026-03-02 18:00", "paused"), ("2026-03-03 08:00", "resumed"), elapsed=2 * HOUR, due="2026-03-03 16:00"),
    _case("a_comment_while_waiting_does_not_end_the_pause", "office", "2026-03-02 09:00", "2026-03-02 16:00",
          ("2026-03-02 10:00", "paused"), ("2026-03-02 11:00", "commented"), ("2026-03-02 15:00", "resumed"),
          elapsed=2 * HOUR, due="2026-03-03 14:00"),
    _case("a_state_that_is_no_pause_state_does_not_stop_it", "office", "2026-03-02 09:00", "2026-03-02 12:00",
          ("2026-03-02 10:00", "state_changed", {"state_code": "waiting_supplier"}), elapsed=3 * HOUR, due="2026-03-02 17:00"),
    _case("still_waiting_is_paused", "office", "2026-03-02 09:00", None, ("2026-03-02 10:00", "paused"), status="paused",
          elapsed=HOUR, due="2026-03-02 17:00"),
    _case("late_before_the_pause_is_running_past_due", "office", "2026-03-02 09:00", None, ("2026-03-03 10:00", "paused"),
          status="running_past_due", elapsed=9 * HOUR, due="2026-03-02 17:00"),
    _case("not_yet_late_is_running", "office", "2026-06-30 09:00", None, status="running", elapsed=3 * HOUR,
          due="2026-06-30 17:00"),
    _case("late_and_open_is_running_past_due", "office", "2026-06-26 09:00", None, status="running_past_due",
          elapsed=19 * HOUR, due="2026-06-26 17:00"),
    _case("after_a_reopening_the_clock_goes_on_without_the_gap", "office", "2026-03-02 09:00", None,
          ("2026-03-02 11:00", "resolved"), ("2026-03-02 15:00", "reopened"), ("2026-03-02 16:00", "resolved"),
          elapsed=3 * HOUR, due="2026-03-03 13:00"),
    _case("closing_after_resolution_adds_nothing", "office", "2026-03-02 09:00", "2026-03-02 12:00",
          columns={"closed_at": "2026-03-09T12:00:00Z"}, elapsed=3 * HOUR, due="2026-03-02 17:00"),
    _case("closed_without_resolution_stops_it", "office", "2026-03-02 09:00", None,
          columns={"closed_at": "2026-03-02T12:00:00Z"}, elapsed=3 * HOUR, due="2026-03-02 17:00"),
    _case("a_level_to_closing_runs_on_after_resolution", "to_closing", "2026-03-02 09:00", "2026-03-02 10:00",
          columns={"closed_at": "2026-03-02T12:00:00Z"}, elapsed=3 * HOUR, due="2026-03-02 17:00"),
    _case("a_level_from_assignment_starts_there", "from_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
          columns={"assigned_at": "2026-03-02T11:00:00Z"}, elapsed=HOUR, due="2026-03-03 11:00"),
    _case("never_assigned_has_not_started", "from_assignment", "2026-03-02 09:00", None, status="running", elapsed=None,
          reason="not_started"),
    _case("resolved_but_never_assigned_cannot_be_told", "from_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
          status="not_measurable", elapsed=None, reason="start_event_missing"),
    _case("named_states_start_and_stop_it", "named_states", "2026-03-02 09:00", None,
          ("2026-03-02 10:00", "state_changed", {"state_code": "diagnosed"}),
          ("2026-03-02 14:00", "state_changed", {"state_code": "verified"}),
          elapsed=4 * HOUR, due="2026-03-03 10:00"),
    _case("a_first_response_stays_given", "first_response", "2026-03-02 09:00", None, ("2026-03-02 09:30", "responded"),
          ("2026-03-02 10:00", "state_changed", {"state_code": "in_progress"}), elapsed=1800, due="2026-03-02 10:00"),
    _case("a_resolution_is_a_response", "first_response", "2026-03-02 09:00", "2026-03-02 09:45", elapsed=2700,
          due="2026-03-02 10:00"),
    _case("stop_before_start_cannot_be_told", "office", "2026-03-02 09:00", "2026-03-01 09:00", status="not_measurable",
          elapsed=None, reason="stop_before_start"),
    _case("a_cancelled_ticket_is_excused", "office", "2026-03-02 09:00", None,
          columns={"cancelled_at": "2026-03-20T12:00:00Z"}, status="excused", reason="cancelled", elapsed=None),
    _case("beyond_the_published_calendar_cannot_be_told", "unpublished", "2026-03-11 09:00", "2026-03-12 10:00",
          status="not_measurable", elapsed=None, reason="calendar_not_published"),
    _case("before_the_published_end_it_can", "unpublished", "2026-03-11 09:00", "2026-03-11 10:00", elapsed=HOUR,
          due="2026-03-11 17:00"),
    _case("a_due_instant_beyond_the_published_end_is_not_guessed", "unpublished", "2026-03-11 16:00", "2026-03-11 16:30",
          elapsed=1800, due=None),
    _case("an_unknown_calendar_cannot_be_told", "nowhere", "2026-03-02 09:00", "2026-03-02 10:00", status="not_measurable",
          elapsed=None, reason="calendar_unknown"),
    _case("target_zero_outside_hours_is_due_at_the_next_opening", "zero", "2026-03-02 18:00", "2026-03-02 20:00", elapsed=0,
          due="2026-03-03 09:00"),
    _case("target_zero_inside_hours_is_due_at_once", "zero", "2026-03-02 10:00", "2026-03-02 10:00:01", status="breached",
          elapsed=1, due="2026-03-02 10:00"),
    _case("kept_promise", "promise", "2026-03-02 09:00", "2026-03-05 09:00",
          columns={"promised_at": "2026-03-05T09:00:00Z"}, elapsed=3 * DAY, due="2026-03-05 09:00"),
    _case("broken_promise", "promise", "2026-03-02 09:00", "2026-03-05 09:00:01",
          columns={"promised_at": "2026-03-05T09:00:00Z"}, status="breached", elapsed=3 * DAY + 1, due="2026-03-05 09:00"),
    _case("no_promise_no_service_level", "promise", "2026-03-02 09:00", "2026-03-05 09:00", status="no_service_level",
          elapsed=None, reason="no_promise"),
    _case("a_type_no_level_is_for", "something else", "2026-03-02 09:00", "2026-03-05 09:00", status="no_service_level",
          elapsed=None, reason="no_matching_service_level"),
    _case("nobodys_work_centre", "office", "2026-03-02 09:00", "2026-03-02 10:00", columns={"work_centre_id": "WC-9"},
          status="no_service_level", elapsed=None, reason="work_centre_unmapped"),
    _case("before_the_contract", "office", "2019-03-04 09:00", "2019-03-04 10:00", status="no_service_level", elapsed=None,
          reason="no_contract_in_force"),
    _case("the_target_of_its_priority", "by_priority", "2026-03-02 09:00", "2026-03-02 11:00", columns={"priority_code": "P1"},
          status="breached", elapsed=2 * HOUR, due="2026-03-02 10:00"),
    _case("the_general_target_for_other_priorities", "by_priority", "2026-03-02 09:00", "2026-03-02 11:00",
          columns={"priority_code": "P3"}, elapsed=2 * HOUR, due="2026-03-02 17:00"),
    _case("the_priority_at_the_start_counts", "by_priority", "2026-03-02 09:00", "2026-03-02 11:00",
          ("2026-03-02 09:00", "opened", {"priority_code": "P3"}),
          ("2026-03-02 10:00", "priority_changed", {"priority_code": "P1"}),
          columns={"priority_code": "P1"}, elapsed=2 * HOUR, due="2026-03-02 17:00"),
    _case("before_the_first_stated_priority_none_is_known", "by_priority", "2026-03-02 09:00", "2026-03-02 11:00",
          ("2026-03-02 10:00", "priority_changed", {"priority_code": "P1"}),
          columns={"priority_code": "P1"}, elapsed=2 * HOUR, due="2026-03-02 17:00"),
    _case("the_version_in_force_at_the_start_counts", "amended", "2026-03-09 16:00", "2026-03-10 11:00", elapsed=3 * HOUR,
          due="2026-03-10 16:00"),
    _case("the_next_version_from_its_first_day", "amended", "2026-03-10 09:00", "2026-03-10 11:00", status="breached",
          elapsed=2 * HOUR, due="2026-03-10 10:00"),
    _case("opened_after_as_of_has_not_started", "office", "2026-07-02 09:00", None, status="running", elapsed=None,
          reason="not_started"),
    _case("what_happens_after_as_of_is_not_known_yet", "office", "2026-06-30 09:00", "2026-06-30 13:00", status="running",
          elapsed=3 * HOUR, due="2026-06-30 17:00"),
]  # fmt: skip


@pytest.fixture(scope="module")
def measured(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple]:
    exports = register(
        service_levels=LEVELS,
        calendars=CALENDARS,
        calendar_exceptions=EXCEPTIONS,
        tickets=[case.row for case in CASES],
        ticket_events=[row for case in CASES for row in case.events],
    )
    night(module_warehouse, tmp_path_factory.mktemp("clock_rules"), exports, AS_OF)
    rows = module_warehouse.query(
        "select ticket_id, status_code, elapsed_seconds, due_at, status_reason_code, breached_at from marts.fct_ticket_sla"
    )
    assert len(rows) == len(CASES), "every ticket has exactly one row"
    return {ticket_id: tuple(values) for ticket_id, *values in rows}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_clock_rule(case: Case, measured: dict[str, tuple]) -> None:
    status, elapsed, due_at, reason, breached_at = measured[case.ticket_id]
    assert (status, reason) == (case.status, case.reason)
    if case.status in ("met", "breached", "running", "running_past_due", "paused"):
        assert elapsed == case.elapsed
        assert due_at == (utc(case.due) if case.due else None)
    else:
        assert elapsed is None or case.status == "excused"
    assert breached_at == (due_at if case.status in ("breached", "running_past_due") else None)


def test_no_two_cases_share_a_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
