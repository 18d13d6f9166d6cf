"""Service levels made of survey answers and of measured values: what a month comes to, from canonical rows to the marts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, contract, register, service_level, ticket

AS_OF = utc("2026-04-16 00:00")
MARTS = ("fct_service_level_period", "fct_ticket_sla", "fct_supplier_score", "qc_service_measurement_question")


def _measured(service_level_id: str, **changes: str) -> Row:
    """A level without a clock."""
    clock = dict.fromkeys(
        ("start_event", "stop_event", "pause_states", "target_unit", "target_value", "calendar_id"), ""
    )
    return service_level(service_level_id, **{**clock, "measure_kind": "measured_value", **changes})


def _survey(service_level_id: str, **changes: str) -> Row:
    terms = {
        "measure_kind": "survey",
        "metric_code": "satisfaction",
        "attainment_target": "0.80",
        "question_code": "overall",
    }
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


CONTRACTS = [
    contract(),
    contract(contract_id="C2", supplier_id="S2"),
    contract(contract_id="CB", supplier_id="SB", time_zone="Europe/Berlin"),
]
SUPPLIERS = [{"supplier_id": one, "supplier_name": one, "category_code": "it"} for one in ("S1", "S2", "SB")]
LEVELS = [
    service_level("RES", attainment_target="1.0"),
    _survey("TOP"),
    _survey("TOP3", top_box_from="0.5", question_code="care"),
    _survey("MEAN", survey_measure="mean", attainment_target="0.625"),
    _survey("THIRDS", survey_measure="mean", attainment_target="0.5", question_code="thirds"),
    _survey("FEW", question_code="rare", minimum_sample="3"),
    _survey("OTHER", contract_id="C2"),
    _survey("NETWORK", ticket_type_code="network", question_code="overall"),
    _survey("BERLIN", contract_id="CB"),
    _uptime("UP"),
    _uptime("ERR", metric_code="errors", target_direction="at_most", attainment_target="0.02"),
    _uptime("ERR AT TARGET", metric_code="errors", target_direction="at_most", attainment_target="0.02"),
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
    *(
        _answer(f"third {number}", score, question_code="thirds", scale_min="0", scale_max="3")
        for number, score in enumerate("1113")
    ),
    _answer("rare 1", "5", question_code="rare"),
    _answer("of April", "1", answered_at="2026-04-01T00:00:00Z"),
    _answer("of the ticket", "1", supplier_id="", ticket_id="network ticket"),
    _answer("of a ticket of the other contract", "1", supplier_id="", ticket_id="other ticket"),
    # 31 March 22:30 UTC is April in Berlin.
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
    _value("ERR AT TARGET", "2026-03-01 00:00", "2026-04-01 00:00", "0.02"),
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
    # March of the contract begins on 28 February at 23:00 UTC and has an hour less.
    _value("BORDER", "2026-02-28 00:00", "2026-03-31 22:00", "1"),
    _value("RES", "2026-03-01 00:00", "2026-03-02 00:00", "1"),
    _value("UNKNOWN", "2026-03-01 00:00", "2026-03-02 00:00", "1"),
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
CRITERION = {
    "measure_code": "attainment",
    "weight": "50",
    "floor_value": "0.0",
    "target_value": "1.0",
    "valid_from": "2024-01-01",
}


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
    night(module_warehouse, tmp_path_factory.mktemp("measured"), exports, AS_OF, marts=MARTS)
    return module_warehouse


def _month(warehouse: Warehouse, service_level_id: str, month: str = "2026-03-01") -> dict[str, object]:
    """The row of a level and month, numbers as a person would write them."""
    columns = (
        "measured_count", "met_count", "breached_count", "excused_count", "not_measurable_count", "attained_quantity",
        "measured_quantity", "attainment_ratio", "coverage_ratio", "status_code",
    )  # fmt: skip
    (found,) = warehouse.query(
        f"select {', '.join(columns)} from marts.fct_service_level_period"
        " where service_level_id = %s and period_month = %s",
        (service_level_id, month),
    )
    return dict(zip(columns, found, strict=True))


def _is(warehouse: Warehouse, service_level_id: str, month: str = "2026-03-01", **expected: object) -> None:
    found = _month(warehouse, service_level_id, month)
    assert {name: found[name] for name in expected} == {
        name: Decimal(value) if isinstance(value, str) and name != "status_code" else value
        for name, value in expected.items()
    }


def test_top_box_is_the_share_of_answers_from_four_of_five_on(measured: Warehouse) -> None:
    """5, 4, 4, 3 and the 1 of the ticket; what was left empty is no answer."""
    _is(measured, "TOP", measured_count=5, met_count=3, breached_count=2, attainment_ratio="0.6", status_code="missed")


def test_the_contract_says_from_where_on_an_answer_is_satisfied(measured: Warehouse) -> None:
    _is(measured, "TOP3", measured_count=1, met_count=1, attainment_ratio="1", status_code="met")


def test_the_mean_is_that_of_the_answers_mapped_to_0_to_1(measured: Warehouse) -> None:
    """(4 + 3 + 3 + 2 + 0) / 4 are 3, of 5 answers."""
    _is(measured, "MEAN", attained_quantity="3", measured_quantity="5", attainment_ratio="0.6", status_code="missed")


def test_thirds_of_a_scale_add_up_to_one(measured: Warehouse) -> None:
    """One, one and one of 0 to 3, and 3 of 3: (1 + 1) / 4 is the target of one half, not a hair below it."""
    _is(measured, "THIRDS", attained_quantity="2", measured_quantity="4", attainment_ratio="0.5", status_code="met")


def test_few_answers_are_no_verdict(measured: Warehouse) -> None:
    _is(measured, "FEW", measured_count=1, attainment_ratio="1", status_code="below_minimum_sample")


def test_an_answer_counts_in_the_month_of_the_contract_s_own_zone(measured: Warehouse) -> None:
    _is(measured, "BERLIN", measured_count=0, attainment_ratio=None, status_code="no_data")
    _is(measured, "BERLIN", "2026-04-01", measured_count=1, status_code="met")


def test_an_answer_about_a_ticket_counts_under_the_contract_that_the_ticket_names(measured: Warehouse) -> None:
    _is(measured, "OTHER", measured_count=1, met_count=0, status_code="missed")


def test_a_level_for_tickets_of_a_kind_counts_answers_about_such_tickets_only(measured: Warehouse) -> None:
    _is(measured, "NETWORK", measured_count=1, met_count=0, status_code="missed")


def test_measured_values_weigh_by_their_time(measured: Warehouse) -> None:
    """20 days at 1 and 11 at 0.9: 29.9 of 31 days."""
    _is(
        measured, "UP", measured_count=2, met_count=1, breached_count=1, attained_quantity=str(299 * 8640),
        measured_quantity=str(31 * 86400), coverage_ratio="1", status_code="missed",
    )  # fmt: skip


def test_a_level_that_must_not_exceed_its_target_is_missed_above_it(measured: Warehouse) -> None:
    _is(measured, "ERR", attainment_ratio="0.03", breached_count=1, status_code="missed")
    _is(measured, "ERR AT TARGET", attainment_ratio="0.02", breached_count=0, status_code="met")


def test_percent_are_hundredths(measured: Warehouse) -> None:
    _is(measured, "PCT", attainment_ratio="0.997", status_code="met")


def test_a_window_across_months_counts_in_each_by_its_time(measured: Warehouse) -> None:
    """Two days in March; five in April, of which 15 days have passed."""
    _is(measured, "ACROSS", measured_quantity=str(2 * 86400), coverage_ratio="0.064516")
    _is(measured, "ACROSS", "2026-04-01", measured_quantity=str(5 * 86400), coverage_ratio="0.333333")


def test_of_two_windows_the_one_delivered_later_counts_where_they_overlap(measured: Warehouse) -> None:
    """21 days at 1 and ten at 0.5 of 31."""
    _is(measured, "OVER", attained_quantity=str(26 * 86400), measured_quantity=str(31 * 86400), coverage_ratio="1")


def test_time_that_an_exclusion_takes_out_is_neither_measured_nor_missing(measured: Warehouse) -> None:
    """The bad first day was announced; of the 30 others one is measured."""
    _is(measured, "MAINT", measured_count=1, excused_count=1, attainment_ratio="1", coverage_ratio="0.033333")


def test_values_that_say_nothing_are_counted_and_never_guessed(measured: Warehouse) -> None:
    _is(
        measured, "BROKEN", measured_count=0, not_measurable_count=3, attainment_ratio=None, coverage_ratio="0",
        status_code="no_data",
    )  # fmt: skip


def test_a_month_is_that_of_the_contract_s_own_zone(measured: Warehouse) -> None:
    """March in Berlin has 31 days less one hour; of February its last day but an hour was measured."""
    _is(measured, "BORDER", measured_quantity=str(743 * 3600), coverage_ratio="1")
    _is(measured, "BORDER", "2026-02-01", measured_quantity=str(23 * 3600))


def test_a_month_without_values_has_no_data_and_no_coverage(measured: Warehouse) -> None:
    _is(measured, "SILENT", measured_count=0, attainment_ratio=None, coverage_ratio="0", status_code="no_data")


def test_levels_without_a_clock_expect_nothing_of_tickets(measured: Warehouse) -> None:
    assert measured.query(
        "select distinct service_level_id, status_code from marts.fct_ticket_sla order by 1"
    ) == [("RES", "met"), ("not_applicable", "no_service_level")]  # fmt: skip


def test_windows_that_do_not_count_as_delivered_are_listed(measured: Warehouse) -> None:
    assert measured.query(
        "select service_level_id, measured_from::date::text, question_code, is_in_effect"
        " from marts.qc_service_measurement_question order by 1, 2"
    ) == [
        ("BROKEN", "2026-03-01", "not_a_share", False),
        ("BROKEN", "2026-03-16", "unit_unknown", False),
        ("BROKEN", "2026-03-18", "window_turned_round", False),
        ("OVER", "2026-03-01", "covered_by_later", True),
        ("RES", "2026-03-01", "level_without_values", False),
        ("UNKNOWN", "2026-03-01", "level_without_values", False),
    ]


def test_scores_read_the_same_attainment_by_metric(measured: Warehouse) -> None:
    """Tickets stay what a criterion without a metric is about; the errors of two windows are 0.03 and 0.02."""
    scores = measured.query(
        "select criterion_id, case_count, round(measured_ratio, 4) from marts.fct_supplier_score"
        " where supplier_id = 'S1' and period_month = '2026-03-01' order by 1"
    )
    assert scores == [
        ("errors", 2, Decimal("0.9750")),
        # TOP 3 of 5, MEAN 3 of 5, TOP3 1 of 1, FEW 1 of 1, THIRDS 2 of 4, NETWORK 0 of 1: 10 of 17.
        ("satisfied", 17, Decimal("0.5882")),
        ("tickets", 2, Decimal("1.0000")),
    ]
