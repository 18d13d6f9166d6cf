"""What cannot be told is said to be so: unpublished calendars, unknown ones, no service level; and what is certain all the same."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import HOUR, Case, Rules, rule
from tests.support.register import calendar, contract, service_level

LEVELS = [
    service_level("untold_office", ticket_type_code="untold_office"),
    service_level("untold_unpublished", ticket_type_code="untold_unpublished", calendar_id="UNPUBLISHED"),
    service_level("untold_nowhere", ticket_type_code="untold_nowhere", calendar_id="NOT-DELIVERED"),
    service_level("untold_gapped", ticket_type_code="untold_gapped", calendar_id="UNTOLD-GAP"),
    service_level("untold_begins", ticket_type_code="untold_begins", calendar_id="BEGINS"),
    service_level("untold_own", ticket_type_code="untold_own", contract_id="C-OWN"),
]

CALENDARS = [
    calendar("UNPUBLISHED", published_until="2026-03-12"),
    calendar("UNTOLD-GAP", published_until="2026-03-10"),
    calendar("UNTOLD-GAP", valid_from="2026-03-16"),
    calendar("BEGINS", valid_from="2026-03-10"),
]

CASES = [
    rule("beyond_the_published_calendar_cannot_be_told", "untold_unpublished", "2026-03-11 09:00", "2026-03-12 10:00",
         status="not_measurable", reason="calendar_not_published"),
    rule("before_the_published_end_it_can", "untold_unpublished", "2026-03-11 09:00", "2026-03-11 10:00", elapsed=HOUR,
         due="2026-03-11 17:00"),
    rule("a_due_instant_beyond_the_published_end_is_not_guessed", "untold_unpublished", "2026-03-11 16:00",
         "2026-03-11 16:30", elapsed=1800, due=None),
    rule("a_breach_before_the_published_end_is_certain", "untold_unpublished", "2026-03-09 09:00", "2026-03-13 10:00",
         status="breached", reason="calendar_not_published", elapsed=None, due="2026-03-09 17:00"),
    rule("also_while_the_clock_runs", "untold_unpublished", "2026-03-09 09:00", status="running_past_due",
         reason="calendar_not_published", elapsed=None, due="2026-03-09 17:00"),
    rule("exactly_full_at_the_last_published_closing_is_not_certain", "untold_unpublished", "2026-03-11 09:00",
         "2026-03-13 10:00", status="not_measurable", reason="calendar_not_published"),
    rule("still_running_beyond_the_published_end_cannot_be_told", "untold_unpublished", "2026-03-11 16:00",
         status="not_measurable", reason="calendar_not_published"),
    rule("paused_before_the_published_end_it_stays_told", "untold_unpublished", "2026-03-11 09:00", None,
         ("2026-03-11 10:00", "paused"), status="paused", elapsed=HOUR, due=None),
    rule("across_a_gap_in_publication_cannot_be_told", "untold_gapped", "2026-03-09 16:00", "2026-03-16 10:00",
         status="not_measurable", reason="calendar_not_published"),
    rule("a_breach_before_the_gap_is_certain", "untold_gapped", "2026-03-06 09:00", "2026-03-16 10:00", status="breached",
         reason="calendar_not_published", elapsed=None, due="2026-03-06 17:00"),
    rule("before_the_first_published_day_cannot_be_told", "untold_begins", "2026-03-09 09:00", "2026-03-20 10:00",
         status="not_measurable", reason="calendar_not_published"),
    rule("an_unknown_calendar_cannot_be_told", "untold_nowhere", "2026-03-02 09:00", "2026-03-02 10:00",
         status="not_measurable", reason="calendar_unknown"),
    rule("a_type_no_level_is_for", "something else", "2026-03-02 09:00", "2026-03-05 09:00", status="no_service_level",
         reason="no_matching_service_level"),
    rule("nobodys_work_centre", "untold_office", "2026-03-02 09:00", "2026-03-02 10:00", columns={"work_centre_id": "WC-9"},
         status="no_service_level", reason="work_centre_unmapped"),
    rule("before_the_contract", "untold_office", "2019-03-04 09:00", "2019-03-04 10:00", status="no_service_level",
         reason="no_contract_in_force"),
    rule("the_contract_named_on_the_ticket_measures_it", "untold_own", "2026-03-02 09:00", "2026-03-02 10:00",
         columns={"contract_id": "C-OWN", "work_centre_id": "WC-9"}, elapsed=HOUR, due="2026-03-02 17:00"),
    rule("no_other_contract_does", "untold_office", "2026-03-02 09:00", "2026-03-02 10:00", columns={"contract_id": "C-OWN"},
         status="no_service_level", reason="no_matching_service_level"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS, CALENDARS, contracts=[contract(contract_id="C-OWN")])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_untold_rule(case: Case, published: Published) -> None:
    published.holds(case)
