"""A ticket that several suppliers held: under whose contract it is measured, and who bears the miss."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, UNCHECKED, Case, Rules, Verdict, rule
from tests.support.register import Row, contract, service_level


def _pair(name: str, policy: str = "", **changes: str) -> list[Row]:
    """The same level in the contracts of S1 and S2."""
    return [
        service_level(
            f"hand_{name}_{number}",
            contract_id=f"C{number}",
            ticket_type_code=f"hand_{name}",
            handover_policy=policy,
            **changes,
        )
        for number in (1, 2)
    ]


LEVELS = [
    *_pair("last"),
    *_pair("assigned", start_event="assigned"),
    *_pair("breach", "holder_at_breach", target_value="60"),
    *_pair("share", "share", target_value="60"),
    *_pair("until", stop_event="assigned"),
    service_level("hand_late_1", ticket_type_code="hand_late"),
    service_level("hand_late_3", contract_id="C3", ticket_type_code="hand_late"),
]

SUPPLIERS = [
    {"supplier_id": "S2", "supplier_name": "Bolt"},
    {"supplier_id": "S3", "supplier_name": "Crane"},
]
WORK_CENTRES = [
    {"work_centre_id": "WC1-north", "supplier_id": "S1"},
    {"work_centre_id": "WC2", "supplier_id": "S2"},
    {"work_centre_id": "WC3", "supplier_id": "S3"},
]
CONTRACTS = [
    contract(contract_id="C2", supplier_id="S2"),
    contract(contract_id="C3", supplier_id="S3", valid_from="2026-03-10"),
]


def _opened(at: str, work_centre: str = "WC1") -> tuple:
    return at, "opened", {"work_centre_id": work_centre}


def _handed(at: str, work_centre: str) -> tuple:
    return at, "work_centre_changed", {"work_centre_id": work_centre}


def _handed_over(level: str, bearer: str | None = UNCHECKED, started: str = UNCHECKED) -> Verdict:
    return Verdict("excused", reason="handed_over", level=level, bearer=bearer, started=started)


CASES = [
    rule("last_the_holder_at_the_stop_bears_it", "hand_last", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "WC2"),
         verdicts=[
             _handed_over("hand_last_1", "S2"),
             Verdict(level="hand_last_2", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S2"),
         ]),
    rule("last_the_holder_now_bears_it_while_it_runs", "hand_last", "2026-06-30 09:00", None, _opened("2026-06-30 09:00"),
         _handed("2026-06-30 11:00", "WC2"),
         verdicts=[
             _handed_over("hand_last_1", "S2"),
             Verdict("running", level="hand_last_2", elapsed=3 * HOUR, due="2026-06-30 17:00", bearer="S2"),
         ]),
    rule("handed_back_the_first_one_bears_it", "hand_last", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 10:00", "WC2"), _handed("2026-03-09 11:00", "WC1"),
         verdicts=[
             Verdict(level="hand_last_1", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S1"),
             _handed_over("hand_last_2", "S1"),
         ]),
    rule("the_event_that_stops_the_clock_may_hand_it_over", "hand_last", "2026-03-09 09:00", None,
         _opened("2026-03-09 09:00"), ("2026-03-09 12:00", "resolved", {"work_centre_id": "WC2"}),
         verdicts=[
             _handed_over("hand_last_1", "S2"),
             Verdict(level="hand_last_2", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S2"),
         ]),
    rule("handed_over_after_the_stop_the_one_at_the_stop_bears_it", "hand_last", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 14:00", "WC2"),
         verdicts=[
             Verdict(level="hand_last_1", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S1"),
             _handed_over("hand_last_2", "S1"),
         ]),
    rule("two_work_centres_of_one_supplier_are_no_handover", "hand_last", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "WC1-north"),
         verdicts=[Verdict(level="hand_last_1", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S1")]),
    rule("a_work_centre_of_nobody_relieves_nobody", "hand_last", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "SERVICE-DESK"),
         verdicts=[Verdict(level="hand_last_1", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S1")]),
    rule("the_contract_that_the_ticket_names_bears_everything", "hand_last", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "WC2"), columns={"contract_id": "C1"},
         verdicts=[Verdict(level="hand_last_1", elapsed=3 * HOUR, due="2026-03-09 17:00", bearer="S1")]),
    rule("the_takeover_is_the_assignment_of_who_takes_over", "hand_assigned", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), ("2026-03-09 09:30", "assigned"), _handed("2026-03-09 11:00", "WC2"),
         verdicts=[
             _handed_over("hand_assigned_1", "S2", started="2026-03-09 09:30"),
             Verdict(level="hand_assigned_2", elapsed=HOUR, due="2026-03-10 11:00", started="2026-03-09 11:00", bearer="S2"),
         ]),
    rule("an_assignment_after_the_takeover_is_not_waited_for", "hand_assigned", "2026-03-09 09:00", "2026-03-09 13:00",
         _opened("2026-03-09 09:00"), ("2026-03-09 09:30", "assigned"), _handed("2026-03-09 11:00", "WC2"),
         ("2026-03-09 11:30", "assigned"),
         verdicts=[
             _handed_over("hand_assigned_1", "S2"),
             Verdict(level="hand_assigned_2", elapsed=2 * HOUR, due="2026-03-10 11:00", started="2026-03-09 11:00"),
         ]),
    rule("resolved_by_one_reopened_at_another_the_takeover_is_in_order", "hand_assigned", "2026-06-29 09:00", None,
         _opened("2026-06-29 09:00"), ("2026-06-29 09:30", "assigned"), ("2026-06-29 10:30", "resolved"),
         ("2026-06-30 11:00", "reopened", {"work_centre_id": "WC2"}),
         verdicts=[
             _handed_over("hand_assigned_1", "S2"),
             Verdict("running", level="hand_assigned_2", elapsed=HOUR, due="2026-07-01 11:00", started="2026-06-30 11:00"),
         ]),
    rule("the_takeover_stops_a_clock_that_waits_for_an_assignment", "hand_until", "2026-03-09 09:00", None,
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "WC2"),
         verdicts=[
             _handed_over("hand_until_1", "S2"),
             Verdict(level="hand_until_2", elapsed=2 * HOUR, due="2026-03-09 17:00", stopped="2026-03-09 11:00", bearer="S2"),
         ]),
    rule("the_assignment_of_another_does_not", "hand_until", "2026-03-09 09:00", None,
         _opened("2026-03-09 09:00"), ("2026-03-09 10:00", "assigned"), _handed("2026-03-09 11:00", "WC2"),
         verdicts=[
             Verdict(level="hand_until_1", elapsed=HOUR, due="2026-03-09 17:00", stopped="2026-03-09 10:00", bearer="S1"),
             Verdict(level="hand_until_2", elapsed=2 * HOUR, due="2026-03-09 17:00", stopped="2026-03-09 11:00", bearer="S2"),
         ]),
    # holder_at_breach, due an hour after opening
    rule("who_held_it_at_the_breach_bears_it", "hand_breach", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "WC2"),
         verdicts=[
             Verdict("breached", level="hand_breach_1", elapsed=3 * HOUR, due="2026-03-09 10:00", bearer="S1"),
             _handed_over("hand_breach_2", "S1"),
         ]),
    rule("handed_over_before_the_breach_the_new_one_bears_it", "hand_breach", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 09:59:59", "WC2"),
         verdicts=[
             _handed_over("hand_breach_1", "S2"),
             Verdict("breached", level="hand_breach_2", elapsed=3 * HOUR, due="2026-03-09 10:00", bearer="S2"),
         ]),
    rule("handed_over_in_the_instant_of_the_breach_the_new_one_bears_it", "hand_breach", "2026-03-09 09:00",
         "2026-03-09 12:00", _opened("2026-03-09 09:00"), _handed("2026-03-09 10:00", "WC2"),
         verdicts=[
             _handed_over("hand_breach_1", "S2"),
             Verdict("breached", level="hand_breach_2", elapsed=3 * HOUR, due="2026-03-09 10:00", bearer="S2"),
         ]),
    rule("without_a_breach_the_last_one_stands_for_it", "hand_breach", "2026-03-09 09:00", "2026-03-09 09:50",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 09:30", "WC2"),
         verdicts=[
             _handed_over("hand_breach_1", "S2"),
             Verdict(level="hand_breach_2", elapsed=3000, due="2026-03-09 10:00", bearer="S2"),
         ]),
    # share
    rule("shared_each_bears_its_part_of_the_open_time", "hand_share", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00"), _handed("2026-03-09 11:00", "WC2"),
         verdicts=[
             Verdict("breached", level="hand_share_1", elapsed=3 * HOUR, due="2026-03-09 10:00"),
             Verdict("breached", level="hand_share_2", elapsed=3 * HOUR, due="2026-03-09 10:00"),
         ]),
    rule("shared_who_held_it_outside_hours_only_bears_nothing", "hand_share", "2026-03-09 06:00", "2026-03-09 12:00",
         _opened("2026-03-09 06:00"), _handed("2026-03-09 08:00", "WC2"),
         verdicts=[
             _handed_over("hand_share_1"),
             Verdict("breached", level="hand_share_2", elapsed=3 * HOUR, due="2026-03-09 10:00"),
         ]),
    # Contracts in force
    rule("the_contract_in_force_at_the_takeover_measures_it", "hand_late", "2026-03-09 15:00", "2026-03-10 12:00",
         _opened("2026-03-09 15:00"), _handed("2026-03-10 11:00", "WC3"),
         verdicts=[
             _handed_over("hand_late_1", "S3"),
             Verdict(level="hand_late_3", elapsed=5 * HOUR, due="2026-03-10 15:00", bearer="S3"),
         ]),
    # The night itself fails if such a measurement is counted in a month that its contract does not have.
    rule("opened_in_a_month_before_the_contract_it_counts_in_the_first_one", "hand_late", "2026-02-27 15:00", "2026-03-10 12:00",
         _opened("2026-02-27 15:00"), _handed("2026-03-10 11:00", "WC3"),
         verdicts=[
             _handed_over("hand_late_1", "S3"),
             Verdict("breached", level="hand_late_3", elapsed=40 * HOUR, due="2026-03-02 15:00", bearer="S3"),
         ]),
    rule("a_takeover_before_the_contract_is_not_measured_under_it", "hand_late", "2026-03-09 15:00", "2026-03-10 12:00",
         _opened("2026-03-09 15:00"), _handed("2026-03-09 16:00", "WC3"),
         verdicts=[_handed_over("hand_late_1", "S3")]),
]  # fmt: skip

RULES = Rules(CASES, LEVELS, suppliers=SUPPLIERS, work_centres=WORK_CENTRES, contracts=CONTRACTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_handover_rule(case: Case, published: Published) -> None:
    published.holds(case)
