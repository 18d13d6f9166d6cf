"""Which row of a level applies: selectors, versions, and what a change of priority does (keep, retarget)."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, Case, Rules, rule
from tests.support.register import Row, service_level


def _level(name: str, minutes: int | str, priority: str = "", **changes: str) -> Row:
    return service_level(
        f"priority_{name}",
        ticket_type_code=f"priority_{name}",
        priority_code=priority,
        target_value=str(minutes),
        **changes,
    )


def _retarget(name: str, minutes: int | str, priority: str, **changes: str) -> Row:
    return _level(name, minutes, priority, priority_change_policy="retarget", **changes)


def _p(code: str) -> dict[str, str]:
    return {"priority_code": code}


def _opened(at: str, priority: str) -> tuple:
    return at, "opened", _p(priority)


def _change(at: str, priority: str) -> tuple:
    return at, "priority_changed", _p(priority)


LEVELS = [
    _level("keep", 480), _level("keep", 60, "P1"),
    _level("amended", 480, valid_to="2026-03-10"), _level("amended", 60, valid_from="2026-03-10"),
    _level("selectors", 480), _level("selectors", 240, category_code="network"), _level("selectors", 60, "P1"),
    _retarget("retarget", 60, "P1"), _retarget("retarget", 240, "P2", pause_states=""), _retarget("retarget", 480, "P3"),
    _retarget("units", 480, "P3"), _retarget("units", 120, "P1", target_unit="calendar_minutes", calendar_id=""),
    _retarget("retroactive", 60, "P1", count_from="opened"),
    _retarget("promised", 480, "P3"), _retarget("promised", "", "P1", target_unit="promised_time", calendar_id=""),
    _retarget("versions", 960, "P3", valid_to="2026-03-10"), _retarget("versions", 60, "P3", valid_from="2026-03-10"),
    _retarget("versions", 480, "P2", valid_to="2026-03-10"), _retarget("versions", 120, "P2", valid_from="2026-03-10"),
]  # fmt: skip

CASES = [
    rule("the_target_of_its_priority", "priority_keep", "2026-03-02 09:00", "2026-03-02 11:00", columns=_p("P1"),
         status="breached", elapsed=2 * HOUR, due="2026-03-02 10:00"),
    rule("the_general_target_for_other_priorities", "priority_keep", "2026-03-02 09:00", "2026-03-02 11:00", columns=_p("P3"),
         elapsed=2 * HOUR, due="2026-03-02 17:00"),
    rule("the_priority_at_the_start_counts", "priority_keep", "2026-03-02 09:00", "2026-03-02 11:00",
         _opened("2026-03-02 09:00", "P3"), _change("2026-03-02 10:00", "P1"), columns=_p("P1"), elapsed=2 * HOUR,
         due="2026-03-02 17:00"),
    rule("before_the_first_stated_priority_none_is_known", "priority_keep", "2026-03-02 09:00", "2026-03-02 11:00",
         _change("2026-03-02 10:00", "P1"), columns=_p("P1"), elapsed=2 * HOUR, due="2026-03-02 17:00"),
    rule("a_kept_target_is_kept_when_the_priority_falls", "priority_keep", "2026-03-02 09:00", "2026-03-02 11:00",
         _opened("2026-03-02 09:00", "P1"), _change("2026-03-02 09:30", "P3"), status="breached", elapsed=2 * HOUR,
         due="2026-03-02 10:00"),
    rule("the_version_in_force_at_the_start_counts", "priority_amended", "2026-03-09 16:00", "2026-03-10 11:00",
         elapsed=3 * HOUR, due="2026-03-10 16:00"),
    rule("the_next_version_from_its_first_day", "priority_amended", "2026-03-10 09:00", "2026-03-10 11:00", status="breached",
         elapsed=2 * HOUR, due="2026-03-10 10:00"),
    rule("category_outranks_the_general_row", "priority_selectors", "2026-03-09 09:00", "2026-03-09 11:00",
         columns={"category_code": "network", "priority_code": "P3"}, elapsed=2 * HOUR, due="2026-03-09 13:00"),
    rule("priority_outranks_category", "priority_selectors", "2026-03-09 09:00", "2026-03-09 11:00",
         columns={"category_code": "network", "priority_code": "P1"}, status="breached", elapsed=2 * HOUR,
         due="2026-03-09 10:00"),
    # Retarget: P1 one hour, P2 four hours without pauses, P3 eight hours.
    rule("a_higher_priority_brings_the_due_instant_forward", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P3"), _change("2026-03-09 10:00", "P2"), elapsed=3 * HOUR, due="2026-03-09 13:00",
         target=4 * HOUR),
    rule("a_lower_priority_puts_it_off", "priority_retarget", "2026-03-09 09:00", "2026-03-09 16:00",
         _opened("2026-03-09 09:00", "P2"), _change("2026-03-09 11:00", "P3"), elapsed=7 * HOUR, due="2026-03-09 17:00",
         target=8 * HOUR),
    rule("more_used_than_the_new_target_is_missed_at_the_change", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:30",
         _opened("2026-03-09 09:00", "P3"), _change("2026-03-09 12:00", "P1"), status="breached", elapsed=3 * HOUR + 1800,
         due="2026-03-09 12:00"),
    rule("a_breach_does_not_vanish_under_a_longer_target", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P1"), _change("2026-03-09 11:00", "P3"), status="breached", elapsed=3 * HOUR,
         due="2026-03-09 10:00"),
    rule("also_while_it_runs", "priority_retarget", "2026-06-30 09:00", None, _opened("2026-06-30 09:00", "P1"),
         _change("2026-06-30 11:00", "P3"), status="running_past_due", elapsed=3 * HOUR, due="2026-06-30 10:00"),
    rule("exactly_full_at_the_change_is_no_breach", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P1"), _change("2026-03-09 10:00", "P3"), elapsed=3 * HOUR, due="2026-03-09 17:00"),
    rule("nothing_left_at_the_change_is_due_at_once", "priority_retarget", "2026-03-09 09:00", "2026-03-09 10:00:01",
         _opened("2026-03-09 09:00", "P3"), _change("2026-03-09 10:00", "P1"), status="breached", elapsed=HOUR + 1,
         due="2026-03-09 10:00"),
    rule("nothing_left_at_the_change_and_stopped_at_once_is_met", "priority_retarget", "2026-03-09 09:00", None,
         _opened("2026-03-09 09:00", "P3"), _change("2026-03-09 10:00", "P1"), ("2026-03-09 10:00", "resolved"),
         elapsed=HOUR, due="2026-03-09 10:00"),
    rule("nothing_left_at_a_change_outside_hours_is_due_at_the_next_opening", "priority_retarget", "2026-03-09 16:00",
         "2026-03-10 09:30", _opened("2026-03-09 16:00", "P3"), _change("2026-03-09 20:00", "P1"), status="breached",
         elapsed=5400, due="2026-03-10 09:00"),
    rule("more_used_at_a_change_outside_hours_is_missed_then", "priority_retarget", "2026-03-09 15:00", "2026-03-10 09:30",
         _opened("2026-03-09 15:00", "P3"), _change("2026-03-09 20:00", "P1"), status="breached", elapsed=9000,
         due="2026-03-09 20:00"),
    rule("without_a_row_for_the_new_priority_the_last_one_goes_on", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P2"), _change("2026-03-09 10:00", "P9"), elapsed=3 * HOUR, due="2026-03-09 13:00"),
    rule("a_row_for_a_promise_that_nobody_gave_is_none", "priority_promised", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P3"), _change("2026-03-09 10:00", "P1"), elapsed=3 * HOUR, due="2026-03-09 17:00"),
    rule("there_and_back_again", "priority_retarget", "2026-03-09 09:00", "2026-03-09 16:00", _opened("2026-03-09 09:00", "P3"),
         _change("2026-03-09 10:00", "P2"), _change("2026-03-09 12:00", "P3"), elapsed=7 * HOUR, due="2026-03-09 17:00"),
    rule("the_first_priority_with_a_row_starts_it", "priority_retarget", "2026-03-09 09:00", "2026-03-09 10:30",
         _opened("2026-03-09 09:00", "P9"), _change("2026-03-09 10:00", "P1"), elapsed=1800, due="2026-03-09 11:00",
         started="2026-03-09 10:00"),
    rule("so_does_the_first_priority_that_is_known", "priority_retarget", "2026-03-09 09:00", "2026-03-09 10:30",
         _change("2026-03-09 10:00", "P1"), elapsed=1800, due="2026-03-09 11:00", started="2026-03-09 10:00"),
    rule("with_a_retroactive_level_from_the_opening", "priority_retroactive", "2026-03-09 09:00", "2026-03-09 09:50",
         _opened("2026-03-09 09:00", "P9"), _change("2026-03-09 09:30", "P1"), elapsed=3000, due="2026-03-09 10:00",
         started="2026-03-09 09:00"),
    rule("the_new_row_brings_its_unit_and_calendar", "priority_units", "2026-03-09 16:00", "2026-03-09 20:30",
         _opened("2026-03-09 16:00", "P3"), _change("2026-03-09 20:00", "P1"), elapsed=5400, due="2026-03-09 21:00"),
    rule("the_new_row_brings_its_pauses", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P3"), ("2026-03-09 10:00", "paused"), _change("2026-03-09 11:00", "P2"),
         elapsed=2 * HOUR, due="2026-03-09 14:00"),
    rule("the_version_in_force_at_the_change_counts", "priority_versions", "2026-03-09 16:00", "2026-03-10 09:45",
         _opened("2026-03-09 16:00", "P3"), _change("2026-03-10 09:30", "P2"), elapsed=6300, due="2026-03-10 10:00"),
    rule("saying_the_same_priority_again_changes_nothing", "priority_versions", "2026-03-09 16:00", "2026-03-10 10:00",
         _opened("2026-03-09 16:00", "P3"), _change("2026-03-10 09:30", "P3"), elapsed=2 * HOUR, due="2026-03-11 16:00"),
    rule("a_change_after_the_stop_changes_nothing", "priority_retarget", "2026-03-09 09:00", "2026-03-09 12:00",
         _opened("2026-03-09 09:00", "P3"), _change("2026-03-09 14:00", "P1"), elapsed=3 * HOUR, due="2026-03-09 17:00"),
    rule("until_it_goes_on", "priority_retarget", "2026-03-09 09:00", None, _opened("2026-03-09 09:00", "P3"),
         ("2026-03-09 12:00", "resolved"), _change("2026-03-09 14:00", "P1"), ("2026-03-09 15:00", "reopened"),
         ("2026-03-09 15:30", "resolved"), status="breached", elapsed=3 * HOUR + 1800, due="2026-03-09 15:00"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_priority_rule(case: Case, published: Published) -> None:
    published.holds(case)
