"""A company's real ServiceNow log: fitted hours and limits, the clock against the tool's own verdict. One build.

The hours, their zone and the limits are fitted to the verdicts, so agreement alone would prove little; what the tests hold
is that the clock comes, incident by incident, to what the fit foretells without any of the clock's code. `python -m
tests.support.servicenow_fit LOG.csv` prints the fit. Source of the log: see `tests/support/servicenow_log.py`.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, calendar, contract, register, service_level
from tests.support.servicenow_fit import (
    ROUND_THE_CLOCK,
    by_opening_priority,
    fit_working_hours,
    verdicts_to_closing,
    verdicts_to_resolution,
)
from tests.support.servicenow_log import Incident, read_incidents, work_centre_rows
from tests.support.verdict_fit import Fit, ServiceHours, Verdict, fit, is_kept

AS_OF = utc("2017-06-01 00:00")
OUT_OF_ORDER = "INC0000137"

Verdicts = dict[str, dict[str, bool]]


@pytest.fixture(scope="module")
def log(shared_data: Path) -> Path:
    return shared_data / "servicenow_incident_log" / "incident_event_log_first_1000.csv"


@pytest.fixture(scope="module")
def incidents(log: Path) -> list[Incident]:
    return read_incidents(log)


@pytest.fixture(scope="module")
def fits(incidents: list[Incident]) -> list[Fit]:
    return fit_working_hours(incidents)


@pytest.fixture(scope="module")
def to_resolution(incidents: list[Incident], fits: list[Fit]) -> Fit:
    """The same hours with the limits that fit best when the clock stops at the resolution."""
    return fit(verdicts_to_resolution(incidents), fits[0].hours)


@pytest.fixture(scope="module")
def told(
    log: Path,
    incidents: list[Incident],
    fits: list[Fit],
    to_resolution: Fit,
    module_warehouse: Warehouse,
    tmp_path_factory: pytest.TempPathFactory,
) -> Verdicts:
    """By service level and incident: whether the published fact says met."""
    rows = register(
        work_centres=work_centre_rows(incidents),
        contracts=[contract(valid_from="2016-01-01")],
        calendars=[_calendar(fits[0].hours)],
        service_levels=[
            *_levels("CLOSED", fits[0], stop_event="closed", priority_change_policy="retarget"),
            *_levels("CLOSED-KEPT", fits[0], stop_event="closed", priority_change_policy="keep"),
            *_levels("RESOLVED", to_resolution, stop_event="resolved", priority_change_policy="retarget"),
        ],
    )
    home = tmp_path_factory.mktemp("home")
    (home / "landing").mkdir()
    shutil.copy(log, home / "landing")
    night(module_warehouse, home, rows, AS_OF, marts=["fct_ticket_sla", "rpt_source_verdict_agreement"])
    levels: Verdicts = {}
    statement = "select service_level_id, ticket_id, status_code from marts.fct_ticket_sla"
    for service_level_id, ticket_id, status_code in module_warehouse.query(statement):
        assert status_code in ("met", "breached")
        levels.setdefault(service_level_id, {})[ticket_id] = status_code == "met"
    return levels


def test_more_than_99_percent_of_moderate_and_low_incidents_agree_with_the_tool(
    told: Verdicts, incidents: list[Incident]
) -> None:
    compared = Counter(incident.priority_code for incident in incidents)
    agreed = Counter(one.priority_code for one in incidents if told["CLOSED"][one.number] == one.is_met)
    assert agreed["P3"] + agreed["P4"] > 0.99 * (compared["P3"] + compared["P4"])
    assert agreed == {"P1": 18, "P2": 37, "P3": 853, "P4": 92}


def test_the_clock_says_of_every_incident_what_the_fit_foretells(
    told: Verdicts, incidents: list[Incident], fits: list[Fit], to_resolution: Fit
) -> None:
    assert told["CLOSED"] == _foretold(incidents, verdicts_to_closing(incidents), fits[0])
    # The log of one incident lacks its creation and has its updates out of order: the first is younger than the resolution
    # and says New. By its time, which is what an event goes by, it opens the incident again, and which priority the incident
    # was opened with is not known; by its place in the log it comes first and changes nothing.
    kept = _foretold(incidents, by_opening_priority(incidents), fits[0])
    resolved = _foretold(incidents, verdicts_to_resolution(incidents), to_resolution)
    assert told["CLOSED-KEPT"] == {number: is_met for number, is_met in kept.items() if number != OUT_OF_ORDER}
    assert told["RESOLVED"] == resolved | {OUT_OF_ORDER: not resolved[OUT_OF_ORDER]}


def test_stopped_at_the_resolution_the_best_limits_leave_more_than_3_percent_unexplained(
    told: Verdicts, incidents: list[Incident]
) -> None:
    assert _agreement(told["RESOLVED"], incidents) < 0.97


def test_the_tool_judges_by_the_last_priority_not_by_the_first(told: Verdicts, incidents: list[Incident]) -> None:
    assert _agreement(told["CLOSED"], incidents) == 1
    assert _agreement(told["CLOSED-KEPT"], incidents) < 0.99


def test_each_difference_to_the_tool_is_put_down_to_the_term_that_differs(
    told: Verdicts, module_warehouse: Warehouse
) -> None:
    assert told
    reasons = module_warehouse.query(
        "select service_level_id, compared_count, agreed_count, priority_count, stop_event_count, unexplained_count from ("
        " select service_level_id, sum(compared_count) as compared_count, sum(agreed_count) as agreed_count,"
        " sum(priority_count) as priority_count, sum(stop_event_count) as stop_event_count,"
        " sum(unexplained_count) as unexplained_count"
        " from marts.rpt_source_verdict_agreement group by service_level_id) as levels order by 1"
    )
    assert reasons == [
        ("CLOSED", 1000, 1000, 0, 0, 0),
        ("CLOSED-KEPT", 999, 984, 15, 0, 0),
        # Here three differ by less than a minute, three more by time in which the incident waited.
        ("RESOLVED", 1000, 956, 5, 33, 0),
    ]


def test_this_sample_cannot_tell_which_hours_the_company_keeps(incidents: list[Incident], fits: list[Fit]) -> None:
    perfect = [fit.hours for fit in fits if fit.agreed() == len(incidents)]
    assert len({(hours.opens_hour, hours.closes_hour) for hours in perfect}) > 10
    assert len({hours.time_zone for hours in perfect}) > 2
    assert fit(verdicts_to_closing(incidents), ROUND_THE_CLOCK).agreed() == len(incidents)


def test_the_sample_bounds_the_limit_of_high_from_above_only(fits: list[Fit]) -> None:
    assert fits[0].limits["P2"].slowest_kept is None


def _calendar(hours: ServiceHours) -> Row:
    opening = f"{hours.opens_hour:02}:00-{hours.closes_hour:02}:00"
    return calendar("FITTED", opening, hours.time_zone, valid_from="2016-01-01", published_until="2018-01-01")


def _levels(service_level_id: str, fit: Fit, **terms: str) -> list[Row]:
    return [
        service_level(
            service_level_id,
            priority_code=priority_code,
            calendar_id="FITTED",
            target_value=str(limit.minutes),
            # The log itself shows that the tool's clock runs on while an incident waits.
            pause_states="",
            valid_from="2016-01-01",
            **terms,
        )
        for priority_code, limit in fit.limits.items()
    ]


def _foretold(incidents: Sequence[Incident], verdicts: Sequence[Verdict], fitted: Fit) -> dict[str, bool]:
    return {
        incident.number: is_kept(verdict, fitted.hours, fitted.limits)
        for incident, verdict in zip(incidents, verdicts, strict=True)
    }


def _agreement(told: dict[str, bool], incidents: Sequence[Incident]) -> float:
    return sum(told[incident.number] == incident.is_met for incident in incidents if incident.number in told) / len(
        told
    )
