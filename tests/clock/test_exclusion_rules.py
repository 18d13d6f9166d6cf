"""Approved exclusions: tickets that do not count and time that does not count."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, Case, Rules, Verdict, rule
from tests.support.register import Row, contract, service_level

_APPROVED = {
    "reason_code": "force_majeure", "requested_by": "supplier", "approved_by": "vendor manager",
    "decided_at": "2026-06-01T10:00:00Z",
}  # fmt: skip

EXCLUSIONS: list[Row] = []


def _exclude(exclusion_id: str, **values: str) -> None:
    EXCLUSIONS.append({"exclusion_id": exclusion_id, **_APPROVED, **values})


def _window(exclusion_id: str, start: str, end: str, **values: str) -> None:
    until = {"excluded_to": f"{end}Z"} if end else {}
    _exclude(exclusion_id, excluded_from=f"{start}Z", **until, **values)


LEVELS = [
    service_level("exclude", ticket_type_code="exclude"),
    service_level("exclude_two", ticket_type_code="exclude_two"),
    service_level("exclude_two_too", ticket_type_code="exclude_two"),
    service_level("exclude_window", ticket_type_code="exclude_window"),
    service_level("exclude_contract", ticket_type_code="exclude_contract", contract_id="C-EX"),
    service_level("exclude_promise", ticket_type_code="exclude_promise", target_unit="promised_time", target_value=""),
    service_level("exclude_zero", ticket_type_code="exclude_zero", target_value="0"),
    service_level("exclude_days", ticket_type_code="exclude_days", target_unit="working_days", target_value="1"),
    service_level("exclude_all_of_level", ticket_type_code="exclude_all_of_level"),
    service_level("exclude_starts", ticket_type_code="exclude_starts"),
    service_level("exclude_starts_too", ticket_type_code="exclude_starts_too", contract_id="C-ST"),
    service_level("exclude_opened", ticket_type_code="exclude_opened", start_event="assigned", count_from="opened"),
    service_level("exclude_cycles", ticket_type_code="exclude_cycles", reopen_policy="new_cycle"),
]

# Tickets without a window
_exclude("EX-whole", ticket_id="an_excluded_ticket_is_excused")
_exclude("EX-unapproved", ticket_id="an_exclusion_nobody_approved_has_no_effect", approved_by="")
_exclude("EX-later", ticket_id="an_exclusion_decided_after_as_of_has_no_effect_yet", decided_at="2026-07-01T00:00:00Z")
_exclude("EX-undated", ticket_id="an_exclusion_without_a_date_has_effect", decided_at="")
_exclude("EX-own", ticket_id="approved_by_who_asked_has_effect", approved_by="supplier")
_exclude("EX-other-tool", ticket_id="the_same_number_in_another_tool_is_another_ticket", source_system="other")
_exclude("EX-level", ticket_id="an_exclusion_for_one_level_leaves_the_other", service_level_id="exclude_two")
_exclude("EX-mismatch", ticket_id="all_that_is_filled_must_fit", service_level_id="exclude_two")
_exclude("EX-running", ticket_id="a_running_ticket_can_be_excluded")
# Windows on the levels of their own; 16 March 2026 is a Monday
_window("W-1", "2026-03-16 10:00", "2026-03-16 12:00", service_level_id="exclude_window")
_window("W-2", "2026-03-16 11:00", "2026-03-16 13:00", service_level_id="exclude_window")
_window("W-3", "2026-03-17 18:00", "2026-03-18 08:00", service_level_id="exclude_window")
_window("W-future", "2026-06-30 14:00", "2026-06-30 15:00", service_level_id="exclude_window")
_window("W-unapproved", "2026-03-19 09:00", "2026-03-19 17:00", service_level_id="exclude_window", approved_by="")
_window("W-contract", "2026-03-16 10:00", "2026-03-16 12:00", contract_id="C-EX")
_window("W-ticket", "2026-03-16 10:00", "2026-03-16 12:00", ticket_id="a_window_of_a_ticket_is_for_that_ticket")
_window("W-open", "2026-06-30 10:00", "", ticket_id="a_window_without_an_end_lasts")
_window("W-promise", "2026-03-17 09:00", "2026-03-18 09:00", service_level_id="exclude_promise")
_window("W-zero", "2026-03-16 09:00", "2026-03-16 11:00", service_level_id="exclude_zero")
_window("W-days", "2026-03-16 10:00", "2026-03-16 12:00", service_level_id="exclude_days")
# Windows that excuse what starts in them
_starts = {"window_effect": "excuses_tickets", "reason_code": "volume_above_forecast"}
_window("S-level", "2026-03-16 10:00", "2026-03-16 12:00", service_level_id="exclude_starts", **_starts)
_window("S-contract", "2026-03-16 10:00", "2026-03-16 12:00", contract_id="C-ST", **_starts)
_window(
    "S-unapproved", "2026-03-17 10:00", "2026-03-17 12:00", service_level_id="exclude_starts", **_starts, approved_by=""
)
_window(
    "S-later",
    "2026-03-18 10:00",
    "2026-03-18 12:00",
    service_level_id="exclude_starts",
    **_starts,
    decided_at="2026-07-01T00:00:00Z",
)
_window("S-opened", "2026-03-16 09:00", "2026-03-16 10:00", service_level_id="exclude_opened", **_starts)
_window("S-cycle", "2026-03-17 09:00", "2026-03-18 09:00", service_level_id="exclude_cycles", **_starts)
_window(
    "S-ticket", "2026-03-19 09:00", "2026-03-19 10:00", ticket_id="a_window_of_starts_may_be_for_one_ticket", **_starts
)
_window(
    "W-customer",
    "2026-03-16 13:00",
    "2026-03-16 15:00",
    ticket_id="customer_caused_and_only_to_that_extent",
    reason_code="customer_caused",
)

CASES = [
    rule("an_excluded_ticket_is_excused", "exclude", "2026-03-16 09:00", "2026-03-20 09:00", status="excused", reason="excluded"),
    rule("a_running_ticket_can_be_excluded", "exclude", "2026-03-16 09:00", status="excused", reason="excluded"),
    rule("an_exclusion_nobody_approved_has_no_effect", "exclude", "2026-03-16 09:00", "2026-03-16 11:00", elapsed=2 * HOUR,
         due="2026-03-16 17:00"),
    rule("an_exclusion_decided_after_as_of_has_no_effect_yet", "exclude", "2026-03-16 09:00", "2026-03-16 11:00",
         elapsed=2 * HOUR, due="2026-03-16 17:00"),
    rule("an_exclusion_without_a_date_has_effect", "exclude", "2026-03-16 09:00", "2026-03-16 11:00", status="excused",
         reason="excluded"),
    rule("approved_by_who_asked_has_effect", "exclude", "2026-03-16 09:00", "2026-03-16 11:00", status="excused",
         reason="excluded"),
    rule("the_same_number_in_another_tool_is_another_ticket", "exclude", "2026-03-16 09:00", "2026-03-16 11:00",
         elapsed=2 * HOUR, due="2026-03-16 17:00"),
    rule("all_that_is_filled_must_fit", "exclude", "2026-03-16 09:00", "2026-03-16 11:00", elapsed=2 * HOUR,
         due="2026-03-16 17:00"),
    rule("time_in_the_window_does_not_count", "exclude_window", "2026-03-16 09:00", "2026-03-16 15:00", elapsed=3 * HOUR,
         due="2026-03-17 12:00"),
    rule("a_window_that_contains_all_leaves_nothing", "exclude_window", "2026-03-16 10:00", "2026-03-16 12:00", elapsed=0,
         due="2026-03-17 12:00"),
    rule("its_start_is_in_and_its_end_is_out", "exclude_window", "2026-03-16 09:59:59", "2026-03-16 13:00:01", elapsed=2,
         due="2026-03-17 12:59:59"),
    rule("a_window_moves_the_breach", "exclude_window", "2026-03-13 16:00", "2026-03-17 12:00", status="breached",
         elapsed=9 * HOUR, due="2026-03-17 11:00"),
    rule("a_window_outside_hours_is_free", "exclude_window", "2026-03-17 16:00", "2026-03-18 10:00", elapsed=2 * HOUR,
         due="2026-03-18 16:00"),
    rule("a_window_inside_a_pause_is_free", "exclude_window", "2026-03-16 09:00", "2026-03-16 15:00",
         ("2026-03-16 09:30", "paused"), ("2026-03-16 14:00", "resumed"), elapsed=5400, due="2026-03-17 13:30"),
    rule("a_window_nobody_approved_counts", "exclude_window", "2026-03-19 09:00", "2026-03-19 11:00", elapsed=2 * HOUR,
         due="2026-03-19 17:00"),
    rule("an_announced_window_moves_the_due_instant", "exclude_window", "2026-06-30 09:00", status="running", elapsed=3 * HOUR,
         due="2026-07-01 10:00"),
    rule("a_window_of_the_contract_is_for_all_its_levels", "exclude_contract", "2026-03-16 09:00", "2026-03-16 15:00",
         elapsed=4 * HOUR, due="2026-03-17 11:00"),
    rule("a_window_of_a_ticket_is_for_that_ticket", "exclude", "2026-03-16 09:00", "2026-03-16 15:00", elapsed=4 * HOUR,
         due="2026-03-17 11:00"),
    rule("and_not_for_another", "exclude", "2026-03-16 09:00", "2026-03-16 15:00", elapsed=6 * HOUR, due="2026-03-16 17:00"),
    rule("a_window_without_an_end_lasts", "exclude", "2026-06-30 09:00", status="running", elapsed=HOUR, due=None),
    rule("a_window_moves_the_promise", "exclude_promise", "2026-03-16 09:00", "2026-03-20 08:00",
         columns={"promised_at": "2026-03-19T09:00:00Z"}, elapsed=71 * HOUR, due="2026-03-20 09:00"),
    rule("target_zero_in_a_window_is_due_at_its_end", "exclude_zero", "2026-03-16 09:30", "2026-03-16 11:00:01",
         status="breached", elapsed=1, due="2026-03-16 11:00"),
    rule("a_window_moves_the_close_of_business", "exclude_days", "2026-03-16 09:00", "2026-03-17 16:00", elapsed=13 * HOUR,
         due="2026-03-18 11:00", target=16 * HOUR),
    # Eleven hours, eight allowed, two of the customer's making: one hour late.
    rule("customer_caused_and_only_to_that_extent", "exclude", "2026-03-16 09:00", "2026-03-17 12:00", status="breached",
         elapsed=9 * HOUR, due="2026-03-17 11:00"),
    rule("what_starts_at_the_first_instant_of_the_window_is_excused", "exclude_starts", "2026-03-16 10:00", "2026-03-20 12:00",
         status="excused", reason="excluded"),
    rule("what_starts_at_its_end_counts_with_all_its_time", "exclude_starts", "2026-03-16 12:00", "2026-03-16 13:00",
         elapsed=HOUR, due="2026-03-17 12:00"),
    rule("what_started_before_counts_the_window_too", "exclude_starts", "2026-03-16 09:00", "2026-03-16 13:00",
         elapsed=4 * HOUR, due="2026-03-16 17:00"),
    rule("a_window_of_starts_nobody_approved_has_no_effect", "exclude_starts", "2026-03-17 10:00", "2026-03-17 11:00",
         elapsed=HOUR, due="2026-03-18 10:00"),
    rule("a_window_of_starts_decided_after_as_of_has_no_effect_yet", "exclude_starts", "2026-03-18 10:00", "2026-03-18 11:00",
         elapsed=HOUR, due="2026-03-19 10:00"),
    rule("a_window_of_starts_of_the_contract_is_for_all_its_levels", "exclude_starts_too", "2026-03-16 11:00", status="excused",
         reason="excluded"),
    rule("a_window_of_starts_may_be_for_one_ticket", "exclude", "2026-03-19 09:30", "2026-03-20 17:00", status="excused",
         reason="excluded"),
    rule("where_time_counts_from_the_opening_the_opening_is_the_start", "exclude_opened", "2026-03-16 09:30", "2026-03-20 12:00",
         ("2026-03-16 11:00", "assigned"), status="excused", reason="excluded"),
    rule("each_cycle_has_its_own_start", "exclude_cycles", "2026-03-16 09:00", None,
         ("2026-03-16 10:00", "resolved"), ("2026-03-17 10:00", "reopened"), ("2026-03-17 11:00", "resolved"),
         verdicts=[Verdict(elapsed=HOUR, due="2026-03-16 17:00"), Verdict(cycle=2, status="excused", reason="excluded")]),
]  # fmt: skip

RULES = Rules(
    CASES, LEVELS, contracts=[contract(contract_id="C-EX"), contract(contract_id="C-ST")], exclusions=EXCLUSIONS
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exclusion_rule(case: Case, published: Published) -> None:
    published.holds(case)
