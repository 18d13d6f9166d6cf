"""The version in force at the event applies; what is agreed later never rewrites the past. One build for all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import SUPPLIER, WORK_CENTRE, Row, contract, event, register, service_level, ticket

AS_OF = utc("2026-03-15 12:00")
MARTS = (
    "fct_ticket", "fct_supplier_score", "fct_supplier_scorecard", "qc_register_reference_unknown", "qc_validity_overlap",
)  # fmt: skip


def _miss(ticket_id: str, opened: str, **changes: str) -> Row:
    return ticket(ticket_id, f"{opened}T08:00:00Z", resolved_at=f"{opened}T18:00:00Z", **changes)


def _level(contract_id: str) -> Row:
    return service_level(
        f"{contract_id}-level",
        contract_id=contract_id,
        target_unit="calendar_minutes",
        target_value="60",
        calendar_id="",
    )


def _per_miss(contract_id: str) -> Row:
    return {
        "penalty_term_id": f"{contract_id}-term", "contract_id": contract_id, "service_level_id": f"{contract_id}-level",
        "penalty_kind": "fixed_per_miss", "amount": "10.00", "valid_from": "2020-01-01",
    }  # fmt: skip


@pytest.fixture(scope="module")
def warehouse_of_versions(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    exports = register(
        suppliers=[
            SUPPLIER,
            {"supplier_id": "S2", "supplier_name": "Heir"},
            {"supplier_id": "S3", "supplier_name": "Before the merger", "valid_to": "2026-02-01"},
            {"supplier_id": "S3", "supplier_name": "After the merger", "valid_from": "2026-02-01"},
            {"supplier_id": "S4", "supplier_name": "Leaves in summer", "valid_to": "2026-07-01"},
        ],
        work_centres=[
            WORK_CENTRE,
            {"work_centre_id": "WC-NEW", "supplier_id": "S2", "valid_from": "2026-02-10"},
            {"work_centre_id": "WC-S4", "supplier_id": "S4"},
        ],
        contracts=[
            contract(contract_id="handed-on"),
            contract(contract_id="handed-on", supplier_id="S2", currency_code="CNY", valid_from="2026-02-01"),
            contract(contract_id="renamed", supplier_id="S3"),
            contract(contract_id="heir", supplier_id="S2"),
            contract(contract_id="leaving", supplier_id="S4"),
            contract(contract_id="overlapping", valid_to="2026-12-31"),
            contract(contract_id="overlapping", valid_from="2026-02-01"),
        ],
        service_levels=[_level(name) for name in ("handed-on", "renamed", "heir", "leaving")],
        penalty_terms=[_per_miss("handed-on"), _per_miss("renamed"), {**_per_miss("heir"), "service_level_id": "mistyped"}],
        score_criteria=[
            {"criterion_id": "in_time", "measure_code": "attainment", "weight": "70", "floor_value": "0.5",
             "target_value": "0.95", "valid_from": "2020-01-01"},
            {"criterion_id": "in_time", "measure_code": "attainment", "weight": "100", "floor_value": "0.5",
             "target_value": "0.95", "valid_from": "2020-01-01", "supplier_category_code": "it"},
            {"criterion_id": "satisfaction", "measure_code": "satisfaction", "weight": "30", "floor_value": "0.5",
             "target_value": "0.9", "valid_from": "2020-01-01"},
        ],
        tickets=[
            _miss("january", "2026-01-12", contract_id="handed-on"),
            _miss("february", "2026-02-12", contract_id="handed-on"),
            _miss("old name", "2026-01-12", contract_id="renamed"),
            _miss("new name", "2026-02-12", contract_id="renamed"),
            _miss("leaving", "2026-02-12", contract_id="leaving", work_centre_id="WC-S4"),
            ticket("taken over", "2026-02-09T08:00:00Z", work_centre_id="WC-NEW", contract_id="heir"),
        ],
        ticket_events=[event("taken over", "2026-02-11T08:00:00Z", "work_centre_changed", work_centre_id="WC-NEW")],
    )  # fmt: skip
    night(module_warehouse, tmp_path_factory.mktemp("versions"), exports, AS_OF, marts=MARTS)
    return module_warehouse


def test_an_amended_contract_leaves_the_months_before_it_alone(warehouse_of_versions: Warehouse) -> None:
    owed = warehouse_of_versions.query(
        "select period_month, supplier_id, currency_code, owed_amount from marts.fct_penalty"
        " where contract_id = 'handed-on' and owed_amount > 0 order by 1"
    )
    assert owed == [
        (date(2026, 1, 1), "S1", "EUR", Decimal("10.00")),
        (date(2026, 2, 1), "S2", "CNY", Decimal("10.00")),
    ]


def test_a_month_shows_the_suppliers_name_of_its_time(warehouse_of_versions: Warehouse) -> None:
    names = warehouse_of_versions.query(
        "select p.period_month, s.supplier_name from marts.fct_penalty p join marts.dim_supplier s using (supplier_key)"
        " where p.contract_id = 'renamed' and p.owed_amount > 0 order by 1"
    )
    assert names == [(date(2026, 1, 1), "Before the merger"), (date(2026, 2, 1), "After the merger")]


def test_a_supplier_whose_end_is_known_is_still_scored(warehouse_of_versions: Warehouse) -> None:
    scores = warehouse_of_versions.query(
        "select c.score, s.supplier_name from marts.fct_supplier_scorecard c join marts.dim_supplier s using (supplier_key)"
        " where c.supplier_id = 'S4' and c.period_month = '2026-02-01'"
    )
    assert scores == [(Decimal("0.00"), "Leaves in summer")]


def test_a_criterion_without_data_gives_its_weight_away(warehouse_of_versions: Warehouse) -> None:
    weights = warehouse_of_versions.query(
        "select criterion_id, effective_weight_ratio, score, status_code from marts.fct_supplier_score"
        " where supplier_id = 'S4' and period_month = '2026-02-01' order by 1"
    )
    assert weights == [("in_time", Decimal(1), Decimal(0), "scored"), ("satisfaction", None, None, "no_data")]


def test_criteria_of_a_suppliers_own_category_replace_the_general_ones(warehouse_of_versions: Warehouse) -> None:
    own = warehouse_of_versions.query(
        "select criterion_id, weight, case_count from marts.fct_supplier_score"
        " where supplier_id = 'S1' and period_month = '2026-01-01'"
    )
    assert own == [("in_time", Decimal(100), 1)]


def test_a_month_without_any_data_has_no_score(warehouse_of_versions: Warehouse) -> None:
    assert warehouse_of_versions.query(
        "select distinct score, status_code from marts.fct_supplier_scorecard where period_month = '2025-12-01'"
    ) == [(None, "no_data")]


def test_a_work_centre_mapped_after_the_opening_answers_from_when_it_took_over(
    warehouse_of_versions: Warehouse,
) -> None:
    assert warehouse_of_versions.query("select supplier_id from marts.fct_ticket where ticket_id = 'taken over'") == [
        ("S2",)
    ]


def test_one_version_of_each_key_is_current(warehouse_of_versions: Warehouse) -> None:
    assert warehouse_of_versions.query("select supplier_name from marts.dim_supplier where is_current order by 1") == [
        ("Acme",), ("After the merger",), ("Heir",), ("Leaves in summer",), ("Unknown supplier",),
    ]  # fmt: skip


def test_a_reference_that_leads_nowhere_is_listed(warehouse_of_versions: Warehouse) -> None:
    assert warehouse_of_versions.query(
        "select entity, identifier, expected_in, reference_value from marts.qc_register_reference_unknown"
    ) == [("penalty_terms", "heir-term", "service_levels.service_level_id", "mistyped")]


def test_overlapping_versions_are_cut_and_listed(warehouse_of_versions: Warehouse) -> None:
    assert warehouse_of_versions.query(
        "select entity, identifier, valid_to, next_valid_from from marts.qc_validity_overlap"
    ) == [("contracts", "overlapping", date(2026, 12, 31), date(2026, 2, 1))]
    assert warehouse_of_versions.query(
        "select count(*) from marts.dim_contract where contract_id = 'overlapping' and valid_to = '2026-02-01'"
    ) == [(1,)]
