"""The tool's own verdict beside ours: each class of difference as a ticket that a person can recount; one build.

Service hours are Monday to Friday 09:00 to 17:00, targets eight open hours, unless a level says otherwise. 2 March 2026 is a
Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import build_and_publish, night
from tests.support.register import Row, calendar, event, register, service_level, ticket

AS_OF = utc("2026-06-30 12:00")
MARTS = ("fct_ticket_sla", "rpt_source_verdict_comparison", "rpt_source_verdict_agreement")


@dataclass(frozen=True)
class Case:
    """A ticket of the type of its level, and what the comparison must say of it."""

    name: str
    level: str
    row: Row
    events: tuple[Row, ...]
    agreed: bool | None
    reason: str | None = None
    variant: str | None = None

    @property
    def ticket_id(self) -> str:
        return self.name


def _case(
    name: str,
    source_verdict: str,
    *events: tuple,
    level: str = "office",
    agreed: bool | None = False,
    reason: str | None = None,
    variant: str | None = None,
    **columns: Any,
) -> Case:
    """Events are (when, what, columns...); the first opens the ticket."""
    opened_at = f"{events[0][0]}Z"
    row = ticket(name, opened_at, ticket_type_code=level, source_verdict=source_verdict, **columns)
    rows = tuple(event(name, f"{at}Z", kind, **(extra[0] if extra else {})) for at, kind, *extra in events)
    return Case(name, level, row, rows, agreed, reason, variant)


WAITING = {"state_code": "waiting_customer"}

LEVELS = [
    service_level("OFFICE", ticket_type_code="office"),
    service_level("NEVER-PAUSED", ticket_type_code="never_paused", pause_states=""),
    service_level("TO-CLOSING", ticket_type_code="to_closing", stop_event="closed"),
    service_level("EITHER", ticket_type_code="either", stop_event="closed;resolved"),
    service_level("CHINA", ticket_type_code="china", calendar_id="CHINA"),
    service_level("NOWHERE", ticket_type_code="nowhere", calendar_id="NOT-DELIVERED"),
    service_level("KEPT", ticket_type_code="kept", priority_code="P1", target_value="60"),
    service_level("KEPT", ticket_type_code="kept", priority_code="P3"),
    service_level(
        "FOLLOWED", ticket_type_code="followed", priority_code="P1", target_value="60", priority_change_policy="retarget"
    ),
    service_level("FOLLOWED", ticket_type_code="followed", priority_code="P3", priority_change_policy="retarget"),
    service_level("CYCLES", ticket_type_code="cycles", reopen_policy="new_cycle"),
    service_level("PROMISE", ticket_type_code="promise", target_unit="promised_time", target_value="", calendar_id=""),
    service_level("RESPONSE", ticket_type_code="two_levels", stop_event="responded", target_value="60"),
    service_level("UPDATE", ticket_type_code="two_levels", stop_event="commented;resolved", target_value="60"),
    service_level("RESOLUTION", ticket_type_code="two_levels"),
]  # fmt: skip

CASES = [
    _case("both say met", "met", ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "resolved"), agreed=True),
    _case("both say missed", "breached", ("2026-03-02 09:00", "opened"), ("2026-03-04 10:00", "resolved"), agreed=True),
    _case("both say met so far", "met", ("2026-06-30 09:00", "opened"), agreed=True),
    _case("both say late and still open", "breached", ("2026-03-02 09:00", "opened"), agreed=True),
    _case(
        "thirty seconds late and met for a clock of minutes", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-03 09:00:30", "resolved"),
        reason="rounding", variant="within_a_minute",
    ),
    _case(
        "in the last second and missed for a clock of minutes", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 17:00", "resolved"),
        reason="rounding", variant="within_a_minute",
    ),
    _case(
        "a minute late is no rounding", "met", ("2026-03-02 09:00", "opened"), ("2026-03-03 09:01", "resolved"),
        reason="unexplained",
    ),
    _case(
        "the clock has run on since the tool spoke", "met", ("2026-03-02 09:00", "opened"),
        reason="stale", variant="spoken_too_early",
    ),
    _case(
        "the row is older than the resolution", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-05 12:00", "resolved"),
        reason="stale", variant="spoken_too_early", updated_at="2026-03-02T12:00:00Z",
    ),
    _case(
        "the row is as young as the resolution", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-05 12:00", "resolved"),
        reason="unexplained", updated_at="2026-03-05T12:00:00Z",
    ),
    _case(
        "the tool counts our pauses", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "state_changed", WAITING),
        ("2026-03-03 16:00", "resumed"), ("2026-03-03 16:30", "resolved"),
        reason="pause", variant="pauses_counted",
    ),
    _case(
        "the tool pauses where we count", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "state_changed", WAITING),
        ("2026-03-03 16:00", "resumed"), ("2026-03-03 16:30", "resolved"),
        level="never_paused", reason="pause", variant="waiting_not_counted",
    ),
    _case(
        "the tool does not know of the maintenance", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-03 16:30", "resolved"),
        reason="exclusion", variant="exclusions_counted",
    ),
    _case(
        "the tool stops at the resolution", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "resolved"), ("2026-03-06 12:00", "closed"),
        level="to_closing", reason="stop_event", variant="first_resolution",
    ),
    _case(
        "the tool stops at the closing", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "resolved"), ("2026-03-06 12:00", "closed"),
        reason="stop_event", variant="first_closing",
    ),
    _case(
        "the tool ignores the reopening", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "resolved"), ("2026-03-03 09:00", "reopened"),
        ("2026-03-04 12:00", "resolved"),
        reason="stop_event", variant="first_resolution",
    ),
    _case(
        "the tool counts the resolved gap", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "resolved"), ("2026-03-04 09:00", "reopened"),
        ("2026-03-04 10:00", "resolved"),
        reason="stop_event", variant="last_resolution",
    ),
    _case(
        "the tool takes the last priority", "met",
        ("2026-03-02 09:00", "opened", {"priority_code": "P1"}), ("2026-03-02 09:30", "priority_changed", {"priority_code": "P3"}),
        ("2026-03-02 12:00", "resolved"),
        level="kept", reason="priority", variant="last_priority",
    ),
    _case(
        "the tool forgets the target missed before the change", "met",
        ("2026-03-02 09:00", "opened", {"priority_code": "P1"}), ("2026-03-02 11:00", "priority_changed", {"priority_code": "P3"}),
        ("2026-03-02 12:00", "resolved"),
        level="followed", reason="priority", variant="last_priority",
    ),
    _case(
        "the tool keeps the first priority", "breached",
        ("2026-03-02 09:00", "opened", {"priority_code": "P1"}), ("2026-03-02 09:30", "priority_changed", {"priority_code": "P3"}),
        ("2026-03-02 12:00", "resolved"),
        level="followed", reason="priority", variant="first_priority",
    ),
    _case(
        "the tool counts the weekend", "breached", ("2026-03-06 16:00", "opened"), ("2026-03-09 10:00", "resolved"),
        reason="calendar", variant="round_the_clock",
    ),
    # Nine hours by the clock of Shanghai, eight if the hours are taken for UTC.
    _case(
        "the tool reads the hours in UTC", "met", ("2026-03-02 01:00", "opened"), ("2026-03-03 02:00", "resolved"),
        level="china", reason="zone", variant="hours_read_in_utc",
    ),
    _case(
        "ten minutes are a miss for the tool alone", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 09:10", "resolved"),
        reason="unexplained",
    ),
    _case(
        "withdrawn", "breached", ("2026-03-02 09:00", "opened"), ("2026-03-09 09:00", "cancelled"), agreed=None
    ),
    _case(
        "no calendar", "met", ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "resolved"),
        level="nowhere", agreed=None,
    ),
    _case(
        "no level", "met", ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "resolved"),
        level="unknown_type", agreed=None,
    ),
    _case(
        "resolved or closed", "met", ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "resolved"),
        level="either", agreed=True,
    ),
    _case(
        "promise kept", "met", ("2026-03-02 09:00", "opened"), ("2026-03-03 11:00", "resolved"),
        level="promise", agreed=True, promised_at="2026-03-03T12:00:00Z",
    ),
    _case(
        "promise kept but closed late", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-03 11:00", "resolved"), ("2026-03-05 11:00", "closed"),
        level="promise", reason="stop_event", variant="first_closing", promised_at="2026-03-03T12:00:00Z",
    ),
    _case(
        "one of two cycles missed", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-04 12:00", "resolved"), ("2026-03-05 09:00", "reopened"),
        ("2026-03-05 10:00", "resolved"),
        level="cycles", agreed=True,
    ),
    _case(
        "two levels and the tool names none", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "responded"), ("2026-03-02 13:00", "resolved"),
        level="two_levels", agreed=True,
    ),
    _case(
        "two levels and the tool names the response", "breached",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "responded"), ("2026-03-02 13:00", "resolved"),
        level="two_levels", agreed=True, source_service_level_id="RESPONSE",
    ),
    _case(
        "the tool names a level that we do not know", "met",
        ("2026-03-02 09:00", "opened"), ("2026-03-02 10:00", "resolved"),
        agreed=None, source_service_level_id="GONE",
    ),
]  # fmt: skip

MORNING = (("2026-03-02 09:00", "opened"), ("2026-03-02 12:00", "responded"), ("2026-03-02 13:00", "resolved"))

# Tickets of whose levels the tool speaks one by one: level, the tool's verdict, the start of the tool's clock.
OF_LEVELS = {
    "a verdict for each of two levels": (
        ("RESPONSE", "breached", "2026-03-02T09:00:00Z"),
        ("RESOLUTION", "met", "2026-03-02T09:00:00Z"),
    ),
    "a verdict for the response beside that on the ticket": (("RESPONSE", "met", ""),),
    "a verdict for the resolution that the one on the ticket contradicts": (("RESOLUTION", "met", ""),),
    "the second clock of the tool kept what its first missed": (
        ("RESOLUTION", "breached", "2026-03-02T09:00:00Z"),
        ("RESOLUTION", "met", "2026-03-02T12:00:00Z"),
    ),
    "a clock that the tool gave up": (("RESOLUTION", "", "2026-03-02T09:00:00Z"),),
}


def _of_levels(ticket_id: str) -> Case:
    """A ticket answered after three hours (target one) and resolved after four (target eight)."""
    verdict = {"a verdict for the response beside that on the ticket": "met"}.get(ticket_id, "")
    verdict = "breached" if ticket_id.endswith("contradicts") else verdict
    return _case(ticket_id, verdict, *MORNING, level="two_levels", agreed=None)


def verdict_of_level(ticket_id: str, service_level_id: str, verdict: str, started_at: str = "") -> Row:
    """One verdict of the tool on one service level."""
    return {
        "ticket_id": ticket_id,
        "service_level_id": service_level_id,
        "source_verdict": verdict,
        "started_at": started_at,
    }


MAINTENANCE = {
    "exclusion_id": "EX-1",
    "reason_code": "planned_maintenance",
    "ticket_id": "the tool does not know of the maintenance",
    "excluded_from": "2026-03-02T09:00:00Z",
    "excluded_to": "2026-03-02T17:00:00Z",
    "requested_by": "supplier",
    "approved_by": "vendor manager",
    "decided_at": "2026-03-05T09:00:00Z",
}


@pytest.fixture(scope="module")
def compared(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """All cases, those of single levels, and a ticket of which the tool says nothing."""
    of_levels = [_of_levels(ticket_id) for ticket_id in OF_LEVELS]
    silent = ticket("the tool is silent", "2026-03-02T09:00:00Z", ticket_type_code="office")
    rows = register(
        service_levels=LEVELS,
        calendars=[calendar(), calendar("CHINA", time_zone="Asia/Shanghai")],
        tickets=[*(case.row for case in (*CASES, *of_levels)), silent],
        ticket_events=[row for case in (*CASES, *of_levels) for row in case.events],
        source_verdicts=[
            verdict_of_level(ticket_id, *verdict) for ticket_id, verdicts in OF_LEVELS.items() for verdict in verdicts
        ],
        exclusions=[MAINTENANCE],
    )
    night(module_warehouse, tmp_path_factory.mktemp("home"), rows, AS_OF, marts=MARTS)
    return module_warehouse


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_difference_has_the_first_reason_that_explains_it(case: Case, compared: Warehouse) -> None:
    found = compared.query(
        "select is_agreed, difference_reason_code, difference_variant_code"
        " from marts.rpt_source_verdict_comparison where ticket_id = %s",
        (case.ticket_id,),
    )
    assert found == [(case.agreed, case.reason, case.variant)]


def test_a_verdict_is_compared_with_completion_unless_the_export_names_the_level(compared: Warehouse) -> None:
    found = compared.query(
        "select ticket_id, service_level_id from marts.rpt_source_verdict_comparison"
        " where ticket_id like 'two levels%%' or ticket_id like 'the tool names%%' or ticket_id = 'no level' order by 1"
    )
    assert found == [
        ("no level", "not_applicable"),
        ("the tool names a level that we do not know", "GONE"),
        ("two levels and the tool names none", "RESOLUTION"),
        ("two levels and the tool names the response", "RESPONSE"),
    ]


@pytest.mark.parametrize(
    ("ticket_id", "expected"),
    [
        ("a verdict for each of two levels", [("RESOLUTION", "met", True), ("RESPONSE", "breached", True)]),
        (
            "a verdict for the response beside that on the ticket",
            [("RESOLUTION", "met", True), ("RESPONSE", "met", False)],
        ),
        ("a verdict for the resolution that the one on the ticket contradicts", [("RESOLUTION", "met", True)]),
        ("the second clock of the tool kept what its first missed", [("RESOLUTION", "breached", False)]),
        ("a clock that the tool gave up", []),
    ],
)
def test_what_the_tool_says_of_a_level_goes_before_what_it_says_of_the_ticket(
    ticket_id: str, expected: list[tuple], compared: Warehouse
) -> None:
    found = compared.query(
        "select service_level_id, source_verdict_code, is_agreed, _source_file"
        " from marts.rpt_source_verdict_comparison where ticket_id = %s order by 1",
        (ticket_id,),
    )
    assert [row[:3] for row in found] == expected
    of_levels = {service_level_id for service_level_id, _, _ in OF_LEVELS[ticket_id]}
    assert {row[0] for row in found if row[3] == "source_verdicts.csv"} == of_levels & {row[0] for row in found}


def test_a_ticket_without_a_verdict_of_its_tool_is_not_compared(compared: Warehouse) -> None:
    assert compared.query(
        "select count(*) from marts.rpt_source_verdict_comparison where ticket_id = 'the tool is silent'"
    ) == [(0,)]


def test_the_comparison_shows_the_figures_that_explain_the_difference(compared: Warehouse) -> None:
    found = compared.query(
        "select elapsed_seconds, target_seconds, alternative_elapsed_seconds, alternative_stopped_at,"
        " explaining_variant_codes from marts.rpt_source_verdict_comparison"
        " where ticket_id = 'the tool stops at the closing'"
    )
    elapsed, to_closing = 3 * 3600, (4 * 8 + 3) * 3600
    assert found == [(elapsed, 8 * 3600, to_closing, utc("2026-03-06 12:00"), "first_closing;last_closing")]


def test_what_is_missed_under_an_earlier_target_is_not_explained_by_pauses_or_calendars(compared: Warehouse) -> None:
    assert compared.query(
        "select explaining_variant_codes from marts.rpt_source_verdict_comparison"
        " where ticket_id = 'the tool forgets the target missed before the change'"
    ) == [("last_priority",)]


def test_of_two_cycles_the_missed_one_is_shown(compared: Warehouse) -> None:
    assert compared.query(
        "select cycle_number from marts.rpt_source_verdict_comparison"
        " join marts.fct_ticket_sla using (ticket_sla_key)"
        " where rpt_source_verdict_comparison.ticket_id = 'one of two cycles missed'"
    ) == [(1,)]


def test_agreement_is_counted_by_source_level_and_month_with_every_difference_in_one_class(compared: Warehouse) -> None:
    ((verdicts, compared_count, agreed, ratio, met_only, breached_only, *reasons),) = compared.query(
        "select verdict_count, compared_count, agreed_count, agreement_ratio, met_in_source_only_count,"
        " breached_in_source_only_count, rounding_count, stale_count, exclusion_count, priority_count, pause_count,"
        " stop_event_count, calendar_count, zone_count, unexplained_count"
        " from marts.rpt_source_verdict_agreement"
        " where service_level_id = 'OFFICE' and period_month = '2026-03-01' and source_system = 'canonical'"
    )
    assert (verdicts, compared_count, agreed) == (17, 16, 3)
    assert float(ratio) == 3 / 16
    assert (met_only, breached_only) == (6, 7)
    assert reasons == [2, 2, 1, 0, 1, 3, 1, 0, 3]


def test_agreement_of_nothing_is_empty_not_perfect(compared: Warehouse) -> None:
    assert compared.query(
        "select compared_count, not_compared_count, agreement_ratio from marts.rpt_source_verdict_agreement"
        " where service_level_id = 'NOWHERE'"
    ) == [(0, 1, None)]


def test_a_verdict_that_the_tool_takes_back_or_adds_for_a_level_is_compared_anew(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    late, prompt = CASES[0], CASES[1]
    rows = register(
        service_levels=LEVELS,
        tickets=[late.row, prompt.row],
        ticket_events=[*late.events, *prompt.events],
    )
    night(warehouse, tmp_path, rows, AS_OF, marts=MARTS)
    build_and_publish(warehouse, tmp_path, AS_OF, marts=MARTS)
    before = _told(warehouse)
    corrected = {**late.row, "source_verdict": "breached", "updated_at": "2026-03-05T12:00:00Z"}
    of_level = verdict_of_level(prompt.name, "OFFICE", "met")
    night(warehouse, tmp_path, {"tickets": [corrected], "source_verdicts": [of_level]}, AS_OF, marts=MARTS)

    published = "select slot from ops.publication order by publication_id desc limit 1"
    assert warehouse.query(f"select build_reason like 'incremental%%' from ops.slot where slot = ({published})") == [
        (True,)
    ]
    assert before == {late.name: (True, None), prompt.name: (True, None)}
    assert _told(warehouse) == {late.name: (False, "unexplained"), prompt.name: (False, "unexplained")}


def _told(warehouse: Warehouse) -> dict[str, tuple[bool, str | None]]:
    statement = "select ticket_id, is_agreed, difference_reason_code from marts.rpt_source_verdict_comparison"
    return {name: (agreed, reason) for name, agreed, reason in warehouse.query(statement)}
