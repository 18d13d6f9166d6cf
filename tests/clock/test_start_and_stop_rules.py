"""What starts and stops the clock, in which order events count, and what is said of a clock that has not stopped."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, Case, Rules, rule
from tests.support.register import Row, service_level


def _level(name: str, start: str, stop: str, **changes: str) -> Row:
    return service_level(
        f"trigger_{name}", ticket_type_code=f"trigger_{name}", start_event=start, stop_event=stop, **changes
    )


LEVELS = [
    _level("office", "opened", "resolved"),
    _level("first_response", "opened", "responded", metric_code="response_time", target_value="60", pause_states=""),
    _level("from_assignment", "assigned", "resolved"),
    _level("to_assignment", "opened", "assigned", target_value="60"),
    _level("to_closing", "opened", "closed"),
    _level("to_handback", "resolved", "closed"),
    _level("named_states", "state:diagnosed", "state:verified"),
    _level("either_start", "assigned;state:in_progress", "resolved"),
    _level("either_stop", "opened", "responded;state:waiting_customer", pause_states=""),
    _level("answer", "requester_commented", "commented;resolved", target_value="60"),
    _level("retroactive", "assigned", "resolved", count_from="opened"),
    _level("retroactive_response", "assigned", "responded", count_from="opened", pause_states="on_hold"),
    _level("retroactive_amended", "assigned", "resolved", count_from="opened", valid_to="2026-03-10"),
    _level(
        "retroactive_amended", "assigned", "resolved", count_from="opened", valid_from="2026-03-10", target_value="60"
    ),
]

CASES = [
    rule("a_level_to_closing_runs_on_after_resolution", "trigger_to_closing", "2026-03-02 09:00", "2026-03-02 10:00",
         columns={"closed_at": "2026-03-02T12:00:00Z"}, elapsed=3 * HOUR, due="2026-03-02 17:00"),
    rule("closing_after_resolution_adds_nothing", "trigger_office", "2026-03-02 09:00", "2026-03-02 12:00",
         columns={"closed_at": "2026-03-09T12:00:00Z"}, elapsed=3 * HOUR, due="2026-03-02 17:00", stopped="2026-03-02 12:00"),
    rule("closed_without_resolution_stops_it", "trigger_office", "2026-03-02 09:00",
         columns={"closed_at": "2026-03-02T12:00:00Z"}, elapsed=3 * HOUR, due="2026-03-02 17:00"),
    rule("a_level_from_assignment_starts_there", "trigger_from_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
         columns={"assigned_at": "2026-03-02T11:00:00Z"}, elapsed=HOUR, due="2026-03-03 11:00", started="2026-03-02 11:00"),
    rule("the_first_assignment_counts", "trigger_from_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 10:00", "assigned"), ("2026-03-02 11:00", "assigned"), elapsed=2 * HOUR, due="2026-03-03 10:00"),
    rule("a_state_called_assigned_is_an_assignment", "trigger_from_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 10:00", "state_changed", {"state_code": "assigned"}), elapsed=2 * HOUR, due="2026-03-03 10:00"),
    rule("an_assignment_can_stop_it", "trigger_to_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 09:20", "assigned"), elapsed=1200, due="2026-03-02 10:00", stopped="2026-03-02 09:20"),
    rule("never_assigned_has_not_started", "trigger_from_assignment", "2026-03-02 09:00", status="running", reason="not_started"),
    rule("resolved_but_never_assigned_cannot_be_told", "trigger_from_assignment", "2026-03-02 09:00", "2026-03-02 12:00",
         status="not_measurable", reason="start_event_missing"),
    rule("stop_before_start_cannot_be_told", "trigger_office", "2026-03-02 09:00", "2026-03-01 09:00",
         status="not_measurable", reason="stop_before_start"),
    rule("resolved_before_assigned_cannot_be_told", "trigger_from_assignment", "2026-03-02 09:00", "2026-03-02 10:00",
         columns={"assigned_at": "2026-03-02T11:00:00Z"}, status="not_measurable", reason="stop_before_start"),
    rule("a_wrong_stop_before_the_start_is_forgotten_once_it_stops_again", "trigger_from_assignment", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "resolved"), ("2026-03-02 11:00", "assigned"), ("2026-03-02 13:00", "resolved"),
         elapsed=2 * HOUR, due="2026-03-03 11:00"),
    rule("named_states_start_and_stop_it", "trigger_named_states", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "state_changed", {"state_code": "diagnosed"}),
         ("2026-03-02 14:00", "state_changed", {"state_code": "verified"}), elapsed=4 * HOUR, due="2026-03-03 10:00"),
    rule("a_named_state_reached_by_a_comment_counts_as_reached", "trigger_named_states", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "commented", {"state_code": "diagnosed"}), ("2026-03-02 11:00", "commented"),
         ("2026-03-02 14:00", "state_changed", {"state_code": "verified"}), elapsed=4 * HOUR, due="2026-03-03 10:00"),
    rule("a_first_response_stays_given", "trigger_first_response", "2026-03-02 09:00", None, ("2026-03-02 09:30", "responded"),
         ("2026-03-02 10:00", "state_changed", {"state_code": "in_progress"}), elapsed=1800, due="2026-03-02 10:00"),
    rule("of_two_responses_the_first_counts", "trigger_first_response", "2026-03-02 09:00", None,
         ("2026-03-02 09:30", "responded"), ("2026-03-02 11:00", "responded"), elapsed=1800, due="2026-03-02 10:00"),
    rule("a_resolution_is_a_response", "trigger_first_response", "2026-03-02 09:00", "2026-03-02 09:45", elapsed=2700,
         due="2026-03-02 10:00"),
    rule("a_closing_is_a_response", "trigger_first_response", "2026-03-02 09:00", None, ("2026-03-02 09:45", "closed"),
         elapsed=2700, due="2026-03-02 10:00"),
    rule("a_comment_is_no_response", "trigger_first_response", "2026-03-02 09:00", None, ("2026-03-02 09:30", "commented"),
         ("2026-03-02 10:30", "responded"), status="breached", elapsed=5400, due="2026-03-02 10:00"),
    rule("of_several_starts_the_first_to_happen_counts", "trigger_either_start", "2026-03-02 09:00", "2026-03-02 15:00",
         ("2026-03-02 11:00", "state_changed", {"state_code": "in_progress"}), ("2026-03-02 12:00", "assigned"),
         elapsed=4 * HOUR, due="2026-03-03 11:00"),
    rule("of_several_stops_the_first_to_happen_counts", "trigger_either_stop", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "state_changed", {"state_code": "waiting_customer"}), ("2026-03-02 12:00", "responded"),
         elapsed=HOUR, due="2026-03-02 17:00", stopped="2026-03-02 10:00"),
    rule("a_stop_state_that_is_left_lets_the_clock_go_on_until_the_response", "trigger_either_stop", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "state_changed", {"state_code": "waiting_customer"}),
         ("2026-03-02 12:00", "state_changed", {"state_code": "in_progress"}), ("2026-03-02 13:00", "responded"),
         elapsed=2 * HOUR, due="2026-03-03 11:00",
         stopped="2026-03-02 13:00"),
    rule("one_event_can_start_and_stop_it", "trigger_to_handback", "2026-03-02 09:00", None, ("2026-03-02 12:00", "closed"),
         elapsed=0, due="2026-03-03 12:00", started="2026-03-02 12:00", stopped="2026-03-02 12:00"),
    rule("from_resolution_to_closing", "trigger_to_handback", "2026-03-02 09:00", "2026-03-02 12:00",
         ("2026-03-02 14:00", "closed"), elapsed=2 * HOUR, due="2026-03-03 12:00"),
    rule("a_question_of_the_requester_is_answered_by_a_comment", "trigger_answer", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "requester_commented"), ("2026-03-02 10:40", "commented"), elapsed=2400, due="2026-03-02 11:00",
         started="2026-03-02 10:00", stopped="2026-03-02 10:40"),
    rule("a_question_of_the_requester_is_answered_by_a_resolution", "trigger_answer", "2026-03-02 09:00", "2026-03-02 11:30",
         ("2026-03-02 10:00", "requester_commented"), status="breached", elapsed=5400, due="2026-03-02 11:00"),
    rule("a_comment_before_the_question_answers_nothing", "trigger_answer", "2026-03-02 09:00", None,
         ("2026-03-02 09:30", "commented"), ("2026-06-30 11:30", "requester_commented"), status="running", elapsed=1800,
         due="2026-06-30 12:30"),
    rule("no_question_nothing_started", "trigger_answer", "2026-03-02 09:00", status="running", reason="not_started"),
    # Retroactive start: assignment decides that the level applies, the clock counts from opening.
    rule("assigned_late_the_clock_counts_from_opening", "trigger_retroactive", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 15:00", "assigned"), elapsed=7 * HOUR, due="2026-03-02 17:00", started="2026-03-02 09:00"),
    rule("assigned_after_the_target_it_is_late_from_the_start", "trigger_retroactive", "2026-03-02 09:00", "2026-03-03 12:00",
         ("2026-03-03 11:00", "assigned"), status="breached", elapsed=11 * HOUR, due="2026-03-02 17:00"),
    rule("pauses_before_the_assignment_count_too", "trigger_retroactive", "2026-03-02 09:00", "2026-03-02 16:00",
         ("2026-03-02 10:00", "paused"), ("2026-03-02 12:00", "resumed"), ("2026-03-02 15:00", "assigned"),
         elapsed=5 * HOUR, due="2026-03-03 11:00"),
    rule("a_retroactive_clock_without_its_start_has_not_started", "trigger_retroactive", "2026-03-02 09:00",
         status="running", reason="not_started"),
    rule("answered_before_the_assignment_counts_from_opening_to_the_answer", "trigger_retroactive_response",
         "2026-03-02 09:00", None, ("2026-03-02 10:00", "responded"), ("2026-03-02 11:00", "assigned"), elapsed=HOUR,
         due="2026-03-02 17:00", stopped="2026-03-02 10:00"),
    rule("the_version_of_the_start_event_counts_from_opening", "trigger_retroactive_amended", "2026-03-09 16:30",
         "2026-03-10 10:00", ("2026-03-10 09:30", "assigned"), status="breached", elapsed=5400, due="2026-03-10 09:30"),
    # Order and knowledge
    rule("of_the_same_instant_the_number_orders", "trigger_office", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "resumed", {"event_number": "2"}), ("2026-03-02 10:00", "paused", {"event_number": "1"}),
         ("2026-03-02 12:00", "resolved", {"event_number": "3"}), elapsed=3 * HOUR, due="2026-03-02 17:00"),
    rule("of_the_same_instant_without_numbers_the_kind_orders", "trigger_office", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "resolved"), ("2026-03-02 10:00", "paused"), elapsed=HOUR, due="2026-03-02 17:00",
         stopped="2026-03-02 10:00"),
    rule("opened_after_as_of_has_not_started", "trigger_office", "2026-07-02 09:00", status="running", reason="not_started"),
    rule("what_happens_after_as_of_is_not_known_yet", "trigger_office", "2026-06-30 09:00", "2026-06-30 13:00",
         status="running", elapsed=3 * HOUR, due="2026-06-30 17:00"),
    rule("not_yet_late_is_running", "trigger_office", "2026-06-30 09:00", status="running", elapsed=3 * HOUR,
         due="2026-06-30 17:00", stopped=None),
    rule("late_and_open_is_running_past_due", "trigger_office", "2026-06-26 09:00", status="running_past_due",
         elapsed=19 * HOUR, due="2026-06-26 17:00"),
    rule("exactly_full_and_open_is_still_running", "trigger_office", "2026-06-29 12:00", status="running", elapsed=8 * HOUR,
         due="2026-06-30 12:00"),
    rule("a_cancelled_ticket_is_excused", "trigger_office", "2026-03-02 09:00",
         columns={"cancelled_at": "2026-03-20T12:00:00Z"}, status="excused", reason="cancelled"),
    rule("a_ticket_taken_up_again_after_cancelling_counts_without_the_gap", "trigger_office", "2026-03-02 09:00", None,
         ("2026-03-02 10:00", "cancelled"), ("2026-03-02 14:00", "reopened"), ("2026-03-02 15:00", "resolved"),
         elapsed=2 * HOUR, due="2026-03-03 13:00"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_start_and_stop_rule(case: Case, published: Published) -> None:
    published.holds(case)
