"""States and reasons in which the clock stands still."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, Case, Rules, rule
from tests.support.register import Row, service_level


def _level(name: str, **changes: str) -> Row:
    return service_level(f"pause_{name}", ticket_type_code=f"pause_{name}", **changes)


def _waits(reason: str | None = None, state: str = "waiting_customer") -> dict[str, str]:
    return {"state_code": state, **({"reason_code": reason} if reason else {})}


WORKS = {"state_code": "in_progress"}

LEVELS = [
    _level("states"),
    _level("never", pause_states=""),
    _level("reasons", pause_reasons="access_refused;parts_of_customer"),
    _level("reason_alone", pause_states="", pause_reasons="access_refused"),
    _level("response", stop_event="responded"),
    _level("response_that_never_pauses", stop_event="responded", pause_states=""),
    _level("zero", target_value="0"),
]

CASES = [
    rule("a_pause_stops_the_clock_and_moves_the_due_instant", "pause_states", "2026-03-02 09:00", "2026-03-03 10:00",
         ("2026-03-02 10:00", "state_changed", _waits()), ("2026-03-02 15:00", "state_changed", WORKS),
         elapsed=4 * HOUR, due="2026-03-03 14:00"),
    rule("a_pause_outside_hours_is_free", "pause_states", "2026-03-02 16:00", "2026-03-03 10:00",
         ("2026-03-02 18:00", "paused"), ("2026-03-03 08:00", "resumed"), elapsed=2 * HOUR, due="2026-03-03 16:00"),
    rule("of_a_pause_begun_in_hours_and_ended_outside_the_open_part_counts", "pause_states", "2026-03-02 09:00",
         "2026-03-03 10:00", ("2026-03-02 16:00", "paused"), ("2026-03-02 20:00", "resumed"), elapsed=8 * HOUR,
         due="2026-03-03 10:00"),
    rule("a_comment_while_waiting_does_not_end_the_pause", "pause_states", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "paused"), ("2026-03-02 11:00", "commented"), ("2026-03-02 15:00", "resumed"),
         elapsed=2 * HOUR, due="2026-03-03 14:00"),
    rule("one_pause_state_after_another_is_one_pause", "pause_states", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "paused"), ("2026-03-02 11:00", "state_changed", _waits()), ("2026-03-02 15:00", "resumed"),
         elapsed=2 * HOUR, due="2026-03-03 14:00"),
    rule("a_state_that_is_no_pause_state_does_not_stop_it", "pause_states", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 10:00", "state_changed", {"state_code": "waiting_supplier"}), elapsed=3 * HOUR, due="2026-03-02 17:00"),
    rule("a_level_without_pause_states_never_pauses", "pause_never", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 10:00", "paused"), elapsed=3 * HOUR, due="2026-03-02 17:00"),
    rule("a_response_level_may_pause", "pause_response", "2026-03-02 09:00", None, ("2026-03-02 10:00", "paused"),
         ("2026-03-02 12:00", "responded"), elapsed=HOUR, due="2026-03-03 11:00"),
    rule("a_response_level_may_not", "pause_response_that_never_pauses", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "paused"), ("2026-03-02 12:00", "responded"), elapsed=3 * HOUR, due="2026-03-02 17:00"),
    rule("opened_into_a_pause", "pause_states", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 09:00", "opened", _waits()), ("2026-03-02 11:00", "state_changed", WORKS), elapsed=HOUR,
         due="2026-03-03 11:00"),
    # Seven hours are left; counting on from Tuesday 30 June 12:00, five of them fit into that day.
    rule("still_waiting_is_paused", "pause_states", "2026-03-02 09:00", None, ("2026-03-02 10:00", "paused"), status="paused",
         elapsed=HOUR, due="2026-07-01 11:00"),
    rule("late_before_the_pause_is_running_past_due", "pause_states", "2026-03-02 09:00", None, ("2026-03-03 10:00", "paused"),
         status="running_past_due", elapsed=9 * HOUR, due="2026-03-02 17:00"),
    rule("exactly_full_at_the_pause_is_paused_and_was_due_then", "pause_states", "2026-03-02 09:00", None,
         ("2026-03-02 17:00", "paused"), status="paused", elapsed=8 * HOUR, due="2026-03-02 17:00"),
    rule("exactly_full_at_the_pause_is_missed_by_going_on", "pause_states", "2026-03-02 10:00", "2026-03-03 12:00",
         ("2026-03-03 10:00", "paused"), ("2026-03-03 11:00", "resumed"), status="breached", elapsed=9 * HOUR,
         due="2026-03-03 10:00"),
    rule("target_zero_paused_from_the_first_second_on_is_due_when_it_goes_on", "pause_zero", "2026-03-02 09:00", None,
         ("2026-03-02 09:00", "paused"), ("2026-03-02 12:00", "resumed"), ("2026-03-02 13:00", "resolved"), status="breached",
         elapsed=HOUR, due="2026-03-02 12:00"),
    # Stop-clock reasons
    rule("a_listed_reason_stops_the_clock", "pause_reasons", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits("access_refused")), ("2026-03-02 14:00", "state_changed", WORKS),
         elapsed=3 * HOUR, due="2026-03-03 13:00"),
    rule("another_reason_does_not", "pause_reasons", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits("lunch")), ("2026-03-02 14:00", "state_changed", WORKS),
         elapsed=7 * HOUR, due="2026-03-02 17:00"),
    rule("no_reason_does_not", "pause_reasons", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits()), ("2026-03-02 14:00", "state_changed", WORKS),
         elapsed=7 * HOUR, due="2026-03-02 17:00"),
    rule("a_listed_reason_in_another_state_does_not", "pause_reasons", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits("access_refused", "in_progress")), elapsed=7 * HOUR,
         due="2026-03-02 17:00"),
    rule("a_comment_brings_no_new_reason", "pause_reasons", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits("access_refused")),
         ("2026-03-02 11:00", "commented", {"reason_code": "lunch"}), ("2026-03-02 14:00", "state_changed", WORKS),
         elapsed=3 * HOUR, due="2026-03-03 13:00"),
    rule("the_same_state_for_another_reason_lets_it_go_on", "pause_reasons", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits("access_refused")),
         ("2026-03-02 12:00", "state_changed", _waits("lunch")), elapsed=5 * HOUR, due="2026-03-03 11:00"),
    rule("a_reason_alone_stops_it_in_any_state", "pause_reason_alone", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "state_changed", _waits("access_refused", "in_progress")),
         ("2026-03-02 14:00", "state_changed", WORKS), elapsed=3 * HOUR, due="2026-03-03 13:00"),
    rule("a_reason_of_the_implied_state_counts", "pause_reason_alone", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "paused", {"reason_code": "access_refused"}), ("2026-03-02 14:00", "resumed"),
         elapsed=3 * HOUR, due="2026-03-03 13:00"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pause_rule(case: Case, published: Published) -> None:
    published.holds(case)
