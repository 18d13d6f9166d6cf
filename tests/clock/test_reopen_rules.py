"""What a reopening does to a clock that has stopped: continue, new_cycle, first_only, and the next update."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, Case, Rules, Verdict, rule
from tests.support.register import Row, service_level


def _level(name: str, policy: str, **changes: str) -> Row:
    return service_level(f"reopen_{name}", ticket_type_code=f"reopen_{name}", reopen_policy=policy, **changes)


LEVELS = [
    _level("default", ""),
    _level("continue", "continue"),
    _level("new_cycle", "new_cycle"),
    _level("first_only", "first_only"),
    _level("first_response", "continue", stop_event="responded", target_value="60"),
    _level("each_response", "new_cycle", start_event="opened;reopened", stop_event="responded", target_value="60"),
    _level(
        "next_update", "new_cycle", start_event="opened;commented", stop_event="commented;resolved", target_value="60"
    ),
    _level("first_update", "continue", stop_event="commented;resolved", target_value="60"),
    _level("after_reopening", "new_cycle", start_event="reopened", target_value="60"),
    _level("amended", "new_cycle", valid_to="2026-03-10"),
    _level("amended", "new_cycle", valid_from="2026-03-10", target_value="60"),
    _level("by_priority", "new_cycle"),
    _level("by_priority", "new_cycle", priority_code="P1", target_value="60"),
]

CASES = [
    rule("after_a_reopening_the_clock_goes_on_without_the_gap", "reopen_default", "2026-03-02 09:00", None,
         ("2026-03-02 11:00", "resolved"), ("2026-03-02 15:00", "reopened"), ("2026-03-02 16:00", "resolved"),
         elapsed=3 * HOUR, due="2026-03-03 13:00", stopped="2026-03-02 16:00"),
    rule("continue_is_what_an_empty_policy_means", "reopen_continue", "2026-03-02 09:00", None,
         ("2026-03-02 11:00", "resolved"), ("2026-03-02 15:00", "reopened"), ("2026-03-02 16:00", "resolved"),
         elapsed=3 * HOUR, due="2026-03-03 13:00", stopped="2026-03-02 16:00"),
    rule("reopened_and_not_stopped_again_it_runs", "reopen_continue", "2026-06-29 09:00", None,
         ("2026-06-29 11:00", "resolved"), ("2026-06-30 11:00", "reopened"), status="running", elapsed=3 * HOUR,
         due="2026-06-30 17:00", stopped=None),
    rule("a_first_breach_does_not_vanish_by_reopening", "reopen_continue", "2026-03-09 09:00", None,
         ("2026-03-10 10:00", "resolved"), ("2026-03-10 11:00", "reopened"), ("2026-03-10 12:00", "resolved"),
         status="breached", elapsed=10 * HOUR, due="2026-03-09 17:00"),
    rule("met_and_reopened_it_may_still_be_missed", "reopen_continue", "2026-03-09 09:00", None,
         ("2026-03-09 16:00", "resolved"), ("2026-03-10 10:00", "reopened"), ("2026-03-10 12:00", "resolved"),
         status="breached", elapsed=9 * HOUR, due="2026-03-10 11:00"),
    rule("exactly_full_at_the_first_stop_is_missed_by_reopening_and_was_due_then", "reopen_continue", "2026-03-09 09:00", None,
         ("2026-03-09 17:00", "resolved"), ("2026-03-10 10:00", "reopened"), ("2026-03-10 11:00", "resolved"),
         status="breached", elapsed=9 * HOUR, due="2026-03-09 17:00"),
    rule("any_state_that_leaves_the_stop_lets_it_go_on", "reopen_continue", "2026-03-02 09:00", None,
         ("2026-03-02 11:00", "resolved"), ("2026-03-02 15:00", "state_changed", {"state_code": "in_progress"}),
         ("2026-03-02 16:00", "resolved"), elapsed=3 * HOUR, due="2026-03-03 13:00"),
    rule("reopened_into_a_pause_it_stands_still", "reopen_continue", "2026-03-02 09:00", None,
         ("2026-03-02 11:00", "resolved"), ("2026-03-02 13:00", "state_changed", {"state_code": "waiting_customer"}),
         ("2026-03-02 15:00", "resumed"), ("2026-03-02 16:00", "resolved"), elapsed=3 * HOUR, due="2026-03-03 13:00"),
    rule("a_response_is_for_good_whatever_is_reopened", "reopen_first_response", "2026-03-02 09:00", None,
         ("2026-03-02 09:30", "resolved"), ("2026-03-02 11:00", "reopened"), elapsed=1800, due="2026-03-02 10:00",
         stopped="2026-03-02 09:30"),
    rule("a_moment_in_the_list_is_for_good_a_state_is_not", "reopen_first_update", "2026-03-02 09:00", None,
         ("2026-03-02 09:20", "resolved"), ("2026-03-02 11:00", "reopened"), ("2026-03-02 11:20", "commented"),
         ("2026-03-02 13:00", "resumed"), elapsed=2400, due="2026-03-02 11:40", stopped="2026-03-02 11:20"),
    # New cycles
    rule("each_reopening_begins_a_cycle_with_a_fresh_target", "reopen_new_cycle", "2026-03-09 09:00", None,
         ("2026-03-09 11:00", "resolved"), ("2026-03-09 15:00", "reopened"), ("2026-03-09 16:00", "resolved"),
         ("2026-03-10 09:00", "reopened"), ("2026-03-10 10:00", "resolved"),
         verdicts=[
             Verdict(cycle=1, elapsed=2 * HOUR, due="2026-03-09 17:00", started="2026-03-09 09:00", stopped="2026-03-09 11:00"),
             Verdict(cycle=2, elapsed=HOUR, due="2026-03-10 15:00", started="2026-03-09 15:00", stopped="2026-03-09 16:00"),
             Verdict(cycle=3, elapsed=HOUR, due="2026-03-10 17:00", started="2026-03-10 09:00", stopped="2026-03-10 10:00"),
         ]),
    rule("a_missed_cycle_stays_missed_and_a_kept_one_kept", "reopen_new_cycle", "2026-03-09 09:00", None,
         ("2026-03-10 10:00", "resolved"), ("2026-03-10 11:00", "reopened"), ("2026-03-10 12:00", "resolved"),
         verdicts=[
             Verdict("breached", cycle=1, elapsed=9 * HOUR, due="2026-03-09 17:00"),
             Verdict(cycle=2, elapsed=HOUR, due="2026-03-11 11:00"),
         ]),
    rule("the_last_cycle_may_still_run", "reopen_new_cycle", "2026-06-29 09:00", None, ("2026-06-29 11:00", "resolved"),
         ("2026-06-30 09:00", "reopened"),
         verdicts=[
             Verdict(cycle=1, elapsed=2 * HOUR, due="2026-06-29 17:00"),
             Verdict("running", cycle=2, elapsed=3 * HOUR, due="2026-06-30 17:00", stopped=None),
         ]),
    rule("or_be_paused", "reopen_new_cycle", "2026-06-29 09:00", None, ("2026-06-29 11:00", "resolved"),
         ("2026-06-30 09:00", "state_changed", {"state_code": "waiting_customer"}),
         verdicts=[
             Verdict(cycle=1, elapsed=2 * HOUR, due="2026-06-29 17:00"),
             Verdict("paused", cycle=2, elapsed=0, due="2026-07-01 12:00", started="2026-06-30 09:00"),
         ]),
    rule("closing_what_is_resolved_begins_nothing", "reopen_new_cycle", "2026-03-09 09:00", None,
         ("2026-03-09 11:00", "resolved"), ("2026-03-09 15:00", "closed"), elapsed=2 * HOUR, due="2026-03-09 17:00",
         stopped="2026-03-09 11:00"),
    rule("a_reopening_needs_a_response_of_its_own", "reopen_each_response", "2026-03-09 09:00", None,
         ("2026-03-09 09:30", "responded"), ("2026-03-09 11:00", "resolved"), ("2026-03-09 14:00", "reopened"),
         ("2026-03-09 15:30", "responded"),
         verdicts=[
             Verdict(cycle=1, elapsed=1800, due="2026-03-09 10:00"),
             Verdict("breached", cycle=2, elapsed=5400, due="2026-03-09 15:00"),
         ]),
    rule("a_level_from_reopening_starts_with_it_although_it_was_stopped_before", "reopen_after_reopening", "2026-03-09 09:00",
         None, ("2026-03-09 11:00", "resolved"), ("2026-06-30 11:30", "reopened"), status="running", elapsed=1800,
         due="2026-06-30 12:30"),
    rule("a_cycle_has_the_version_in_force_at_its_own_start", "reopen_amended", "2026-03-09 09:00", None,
         ("2026-03-09 10:00", "resolved"), ("2026-03-10 09:00", "reopened"), ("2026-03-10 10:30", "resolved"),
         verdicts=[
             Verdict(cycle=1, elapsed=HOUR, due="2026-03-09 17:00", target=8 * HOUR),
             Verdict("breached", cycle=2, elapsed=5400, due="2026-03-10 10:00", target=HOUR),
         ]),
    rule("a_cycle_has_the_priority_of_its_own_start", "reopen_by_priority", "2026-03-09 09:00", None,
         ("2026-03-09 09:00", "opened", {"priority_code": "P3"}), ("2026-03-09 10:00", "resolved"),
         ("2026-03-09 11:00", "priority_changed", {"priority_code": "P1"}), ("2026-03-09 12:00", "reopened"),
         ("2026-03-09 13:30", "resolved"),
         verdicts=[
             Verdict(cycle=1, elapsed=HOUR, due="2026-03-09 17:00", target=8 * HOUR),
             Verdict("breached", cycle=2, elapsed=5400, due="2026-03-09 13:00", target=HOUR),
         ]),
    rule("cancelling_excuses_the_cycle_it_falls_into", "reopen_new_cycle", "2026-03-09 09:00", None,
         ("2026-03-09 11:00", "resolved"), ("2026-03-09 15:00", "reopened"), ("2026-03-09 16:00", "cancelled"),
         verdicts=[
             Verdict(cycle=1, elapsed=2 * HOUR, due="2026-03-09 17:00"),
             Verdict("excused", cycle=2, reason="cancelled"),
         ]),
    rule("cancelled_after_a_resolution_in_time_is_excused", "reopen_continue", "2026-03-09 09:00", None,
         ("2026-03-09 11:00", "resolved"), ("2026-03-09 15:00", "cancelled"), status="excused", reason="cancelled"),
    rule("cancelled_after_the_breach_but_before_any_stop_is_excused", "reopen_continue", "2026-03-09 09:00", None,
         ("2026-03-10 11:00", "cancelled"), status="excused", reason="cancelled"),
    rule("cancelled_after_a_late_resolution_stays_breached", "reopen_continue", "2026-03-09 09:00", None,
         ("2026-03-10 10:00", "resolved"), ("2026-03-10 11:00", "reopened"), ("2026-03-10 12:00", "cancelled"),
         status="breached", elapsed=10 * HOUR, due="2026-03-09 17:00"),
    rule("a_response_given_stays_given_when_the_ticket_is_cancelled", "reopen_first_response", "2026-03-09 09:00", None,
         ("2026-03-09 09:30", "responded"), ("2026-03-09 11:00", "cancelled"), elapsed=1800, due="2026-03-09 10:00",
         stopped="2026-03-09 09:30"),
    # Next update
    rule("each_update_is_due_an_hour_after_the_one_before", "reopen_next_update", "2026-03-09 09:00", None,
         ("2026-03-09 09:30", "commented"), ("2026-03-09 11:00", "commented"), ("2026-03-09 11:20", "resolved"),
         verdicts=[
             Verdict(cycle=1, elapsed=1800, due="2026-03-09 10:00", stopped="2026-03-09 09:30"),
             Verdict("breached", cycle=2, elapsed=5400, due="2026-03-09 10:30", started="2026-03-09 09:30"),
             Verdict(cycle=3, elapsed=1200, due="2026-03-09 12:00", started="2026-03-09 11:00", stopped="2026-03-09 11:20"),
         ]),
    rule("the_next_update_is_still_due", "reopen_next_update", "2026-06-30 10:00", None, ("2026-06-30 10:30", "commented"),
         verdicts=[
             Verdict(cycle=1, elapsed=1800, due="2026-06-30 11:00"),
             Verdict("running_past_due", cycle=2, elapsed=5400, due="2026-06-30 11:30"),
         ]),
    rule("a_comment_after_the_resolution_begins_nothing", "reopen_next_update", "2026-03-09 09:00", None,
         ("2026-03-09 09:30", "resolved"), ("2026-03-09 10:00", "commented"), elapsed=1800, due="2026-03-09 10:00"),
    rule("a_reopening_makes_the_next_update_due_again", "reopen_next_update", "2026-03-09 09:00", None,
         ("2026-03-09 09:30", "resolved"), ("2026-03-09 14:00", "reopened"), ("2026-03-09 14:20", "commented"),
         ("2026-03-09 14:40", "resolved"),
         verdicts=[
             Verdict(cycle=1, elapsed=1800, due="2026-03-09 10:00"),
             Verdict(cycle=2, elapsed=1200, due="2026-03-09 15:00", started="2026-03-09 14:00"),
             Verdict(cycle=3, elapsed=1200, due="2026-03-09 15:20", started="2026-03-09 14:20"),
         ]),
    rule("a_requesters_comment_is_no_update", "reopen_next_update", "2026-03-09 09:00", None,
         ("2026-03-09 09:30", "requester_commented"), ("2026-03-09 10:30", "resolved"), status="breached", elapsed=5400,
         due="2026-03-09 10:00"),
    # First only
    rule("the_first_stop_is_the_last_word", "reopen_first_only", "2026-03-09 09:00", None, ("2026-03-09 11:00", "resolved"),
         ("2026-03-09 15:00", "reopened"), ("2026-03-12 16:00", "resolved"), elapsed=2 * HOUR, due="2026-03-09 17:00",
         stopped="2026-03-09 11:00"),
    rule("also_while_it_is_open_again", "reopen_first_only", "2026-03-09 09:00", None, ("2026-03-09 11:00", "resolved"),
         ("2026-03-09 15:00", "reopened"), elapsed=2 * HOUR, due="2026-03-09 17:00", stopped="2026-03-09 11:00"),
    rule("and_for_a_miss", "reopen_first_only", "2026-03-09 09:00", None, ("2026-03-10 09:00:01", "resolved"),
         ("2026-03-10 15:00", "reopened"), status="breached", elapsed=8 * HOUR + 1, due="2026-03-09 17:00",
         stopped="2026-03-10 09:00:01"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reopen_rule(case: Case, published: Published) -> None:
    published.holds(case)
