"""Service levels made of survey answers and of measured values: what a month comes to, from canonical rows to the marts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, contract, register, service_level, ticket

AS_OF = utc("2026-04-16 00:00")


def _measured(service_level_id: str, **changes: str) -> Row:
    """A level without a clock."""
    clock = dict.fromkeys(("start_event", "stop_event", "pause_states", "target_unit", "target_value", "calendar_id"), "")
    return service_level(service_level_id, **{**clock, "measure_kind": "measured_value", **changes})


def _survey(service_level_id: str, **changes: str) -> Row:
    terms = {"measure_kind": "survey", "metric_code": "satisfaction", "attainment_target": "0.80", "question_code": "overall"}
    return _measured(service_level_id, **{**terms, **changes})


def _uptime(service_level_id: str, **changes: str) -> Row:
    return _measured(service_level_id, **{"metric_code": "uptime", "attainment_target": "0.995", **changes})


def _answer(response_id: str, score: str, **changes: str) -> Row:
    """A whole number from 1 to 5 about supplier S1, given on 10 March."""
    return {
        "response_id": response_id,
        "question_code": "overall",
        "supplier_id": "S1",
        "answered_at": "2026-03-10T10:00:00Z",
        "score": score,
        "scale_min": "1",
        "scale_max": "5",
        **changes,
    }


def _value(service_level_id: str, start: str, end: str, value: str, **changes: str) -> Row:
    window = {"measured_from": f"{start}Z", "measured_to": f"{end}Z"}
    return {"service_level_id": service_level_id, **window, "measured_value": value, **changes}


CONTRACTS = [contract(), contract(contract_id="C2", supplier_id="S2"), contract(contract_id="CB", supplier_id="SB", time_zone="Europe/Berlin")]
SUPPLIERS = [{"supplier_id": one, "supplier_name": one, "category_code": "it"} for one in ("S1", "S2", "SB")]
LEVELS = [
    service_level("RES", attainment_target="1.0"),
    _survey("TOP"),
    _survey("TOP3", top_box_from="0.5", question_code="care"),
    _survey("MEAN", survey_measure="mean", attainment_target="0.625"),
    _survey("FEW", question_code="rare", minimum_sample="3"),
    _survey("OTHER", contract_id="C2"),
    _survey("NETWORK", ticket_type_code="network", question_code="overall"),
    _survey("BERLIN", contract_id="CB"),
    _uptime("UP"),
    _uptime("ERR", target_direction="at_most", attainment_target="0.02"),
    _uptime("PCT"),
    _uptime("ACROSS"),
    _uptime("OVER"),
    _uptime("MAINT"),
    _uptime("BROKEN"),
    _uptime("BORDER", contract_id="CB"),
    _uptime("SILENT"),
]  # fmt: skip

ANSWERS = [
    *(_answer(f"top {number}", score) for number, score in enumerate(("5", "4", "4", "3", ""), start=1)),
    _answer("care 1", "3", question_code="care"),
    _answer("rare 1", "5", question_code="rare"),
    _answer("of April", "1", answered_at="2026-04-01T00:00:00Z"),
    _answer("of the ticket", "1", supplier_id="", ticket_id="network ticket"),
    _answer("of a ticket of the other contract", "1", supplier_id="", ticket_id="other ticket"),
    # 31 March 23:30 UTC is April in Berlin.
    _answer("late in March", "5", supplier_id="SB", answered_at="2026-03-31T22:30:00Z"),
]
TICKETS = [
    ticket("in time", "2026-03-02T09:00:00Z", resolved_at="2026-03-02T10:00:00Z"),
    ticket("network ticket", "2026-03-03T09:00:00Z", resolved_at="2026-03-03T10:00:00Z", ticket_type_code="network"),
    ticket("other ticket", "2026-03-03T09:00:00Z", resolved_at="2026-03-03T10:00:00Z", contract_id="C2"),
]
VALUES = [
    # 20 days at 1 and 11 days at 0.9 are (20 + 9.9) / 31.
    _value("UP", "2026-03-01 00:00", "2026-03-21 00:00", "1"),
    _value("UP", "2026-03-21 00:00", "2026-04-01 00:00", "0.9"),
    _value("ERR", "2026-03-01 00:00", "2026-04-01 00:00", "0.03"),
    _value("PCT", "2026-03-01 00:00", "2026-04-01 00:00", "99.7", unit_code="percent"),
    # A week across the border: 2 days in March, 5 in April.
    _value("ACROSS", "2026-03-30 00:00", "2026-04-06 00:00", "0.99"),
    _value("OVER", "2026-03-01 00:00", "2026-04-01 00:00", "1"),
    _value("OVER", "2026-03-11 00:00", "2026-03-21 00:00", "0.5"),
    _value("MAINT", "2026-03-01 00:00", "2026-03-02 00:00", "0.8"),
    _value("MAINT", "2026-03-02 00:00", "2026-03-03 00:00", "1"),
    _value("BROKEN", "2026-03-01 00:00", "2026-03-16 00:00", "-1"),
    _value("BROKEN", "2026-03-16 00:00", "2026-03-17 00:00", "1", unit_code="hours"),
    _value("BROKEN", "2026-03-18 00:00", "2026-03-17 00:00", "1"),
    # The month of the contract: 31 days less the hour that daylight saving takes, from 28 February 23:00 UTC on.
    _value("BORDER", "2026-02-28 00:00", "2026-03-31 22:00", "1"),
]
EXCLUSIONS = [
    {
        "exclusion_id": "EX-1",
        "reason_code": "planned_maintenance",
        "service_level_id": "MAINT",
        "excluded_from": "2026-03-01T00:00:00Z",
        "excluded_to": "2026-03-02T00:00:00Z",
        "requested_by": "supplier",
        "approved_by": "vendor manager",
        "decided_at": "2026-02-20T10:00:00Z",
    }
]
CRITERION = {"measure_code": "attainment", "weight": "50", "floor_value": "0.0", "target_value": "1.0", "valid_from": "2024-01-01"}


@pytest.fixture(scope="module")
def measured(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    exports = register(
        suppliers=SUPPLIERS,
        contracts=CONTRACTS,
        service_levels=LEVELS,
        tickets=TICKETS,
        survey_responses=ANSWERS,
        service_measurements=VALUES,
        exclusions=EXCLUSIONS,
        score_criteria=[
            {"criterion_id": "tickets", **CRITERION},
            {"criterion_id": "errors", "metric_code": "errors", **CRITERION},
            {"criterion_id": "satisfied", "metric_code": "satisfaction", **CRITERION},
        ],
    )
    night(module_warehouse, tmp_path_factory.mktemp("measured"), exports, AS_OF)
    return module_warehouse


def _month(warehouse: Warehouse, service_level_id: str, month: str = "2026-03-01", columns: str = "") -> tuple:
    (found,) = warehouse.query(
        "select " + (columns or "measured_count, met_count, breached_count, attainment_ratio, status_code")
        + " from marts.fct_service_level_period where service_level_id = %s and period_month = %s",
        (service_level_id, month),
    )  # fmt: skip
    return found


def test_top_box_is_the_share_of_answers_from_four_of_five_on(measured: Warehouse) -> None:
    # 5, 4, 4 of 5, 4, 4, 3 and the 1 of the ticket; the empty answer is no answer.
    assert _month(measured, "TOP") == (5, 3, 2, Decimal("0.6"), "missed")
