"""Windows and rulings that take tickets out, down to what is owed: only approved ones, only what they are about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, contract, register, service_level, ticket

AS_OF = utc("2026-02-10 12:00")
MARTS = ("fct_ticket_sla", "fct_service_level_period", "fct_supplier_score", "dim_exclusion_reason")


def _late(ticket_id: str, contract_id: str = "C1", day: str = "2026-01-12", hours: int = 2) -> Row:
    """Opened at ten, one hour allowed round the clock."""
    return ticket(
        ticket_id, f"{day}T10:00:00Z", resolved_at=f"{day}T{10 + hours}:00:00Z", contract_id=contract_id
    )  # fmt: skip


def _level(service_level_id: str, contract_id: str = "C1") -> Row:
    return service_level(
        service_level_id, contract_id=contract_id, target_unit="calendar_minutes", target_value="60", calendar_id=""
    )


def _clause(penalty_term_id: str, service_level_id: str, contract_id: str = "C1", **changes: str) -> Row:
    return {
        "penalty_term_id": penalty_term_id,
        "contract_id": contract_id,
        "service_level_id": service_level_id,
        "penalty_kind": "fixed_per_miss",
        "amount": "100.00",
        "valid_from": "2020-01-01",
        **changes,
    }


def _ruling(decision_id: str, ticket_id: str, outcome: str = "reversed", **changes: str) -> Row:
    return {
        "decision_id": decision_id,
        "decision_kind": "ruling",
        "contract_id": "C1",
        "ticket_id": ticket_id,
        "outcome_code": outcome,
        "decided_by": "arbiter",
        "decided_at": "2026-02-05T10:00:00Z",
        **changes,
    }


def _window(exclusion_id: str, contract_id: str, start: str, end: str, **changes: str) -> Row:
    return {
        "exclusion_id": exclusion_id,
        "contract_id": contract_id,
        "excluded_from": f"{start}Z",
        "excluded_to": f"{end}Z",
        "requested_by": "supplier",
        "approved_by": "vendor manager",
        "decided_at": "2026-02-01T10:00:00Z",
        **changes,
    }


@pytest.fixture(scope="module")
def excused(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    exports = register(
        contracts=[contract(), contract(contract_id="C2"), contract(contract_id="C3")],
        service_levels=[_level("A"), _level("B"), _level("FORECAST", "C2"), _level("HOURS", "C3")],
        penalty_terms=[
            _clause("PT-A", "A"),
            _clause("PT-B", "B"),
            _clause("PT-F", "FORECAST", "C2"),
            _clause("PT-H", "HOURS", "C3", penalty_kind="per_time_late", amount="50.00"),
        ],
        tickets=[
            *(
                _late(name)
                for name in ("by clause", "altogether", "upheld", "appealed", "too late", "unknown clause", "of both")
            ),
            _late("in the flood", "C2", "2026-01-13"),
            _late("after the flood", "C2", "2026-01-14"),
            _late("customer out", "C3", hours=4),
        ],
        decisions=[
            _ruling("D-1", "by clause", penalty_term_id="PT-A"),
            _ruling("D-2", "altogether"),
            _ruling("D-3", "upheld", "upheld"),
            _ruling("D-4", "appealed", "reversed", decided_at="2026-02-03T10:00:00Z"),
            _ruling("D-5", "appealed", "upheld", decided_at="2026-02-08T10:00:00Z"),
            _ruling("D-6", "too late", decided_at="2026-02-11T10:00:00Z"),
            _ruling("D-7", "unknown clause", penalty_term_id="PT-X"),
            _ruling("D-8", "of both"),
        ],
        exclusions=[
            _window(
                "EX-flood", "C2", "2026-01-13T00:00:00", "2026-01-14T00:00:00", reason_code="volume_above_forecast",
                window_effect="excuses_tickets", evidence="forecast 2026-01",
            ),
            # Opened at ten, due at eleven, done at two; from eleven to one the customer was out.
            _window(
                "EX-out", "C3", "2026-01-12T11:00:00", "2026-01-12T13:00:00", reason_code="customer_caused",
                evidence="access log",
            ),
            {
                "exclusion_id": "EX-of-both", "ticket_id": "of both", "reason_code": "power_cut", "approved_by": "vendor manager",
                "requested_by": "supplier", "decided_at": "2026-02-01T10:00:00Z", "evidence": "mail",
            },
        ],
        score_criteria=[
            {
                "criterion_id": "in_time", "measure_code": "attainment", "weight": "1", "floor_value": "0", "target_value": "1",
                "valid_from": "2020-01-01",
            }
        ],
    )  # fmt: skip
    night(module_warehouse, tmp_path_factory.mktemp("excused"), exports, AS_OF, marts=MARTS)
    return module_warehouse


def _verdicts(warehouse: Warehouse, ticket_id: str) -> list[tuple]:
    return warehouse.query(
        "select service_level_id, status_code, status_reason_code, exclusion_id, exclusion_reason_code"
        " from marts.fct_ticket_sla where ticket_id = %s order by 1",
        (ticket_id,),
    )


def _ruled(service_level_id: str, decision_id: str) -> tuple:
    return (service_level_id, "excused", "dispute_upheld", f"decision/{decision_id}", "dispute_upheld")


def _missed(service_level_id: str) -> tuple:
    return (service_level_id, "breached", None, None, None)


def test_a_ruling_on_a_clause_takes_the_ticket_out_for_its_level(excused: Warehouse) -> None:
    assert _verdicts(excused, "by clause") == [_ruled("A", "D-1"), _missed("B")]


def test_a_ruling_on_no_clause_takes_it_out_for_every_level_of_the_contract(excused: Warehouse) -> None:
    assert _verdicts(excused, "altogether") == [_ruled("A", "D-2"), _ruled("B", "D-2")]


@pytest.mark.parametrize("ticket_id", ["upheld", "appealed", "too late", "unknown clause"])
def test_only_the_newest_ruling_known_to_the_run_that_reverses_takes_it_out(excused: Warehouse, ticket_id: str) -> None:
    assert _verdicts(excused, ticket_id) == [_missed("A"), _missed("B")]


def test_of_an_exclusion_and_a_ruling_the_exclusion_is_named(excused: Warehouse) -> None:
    assert _verdicts(excused, "of both") == [
        (level, "excused", "excluded", "EX-of-both", "power_cut") for level in ("A", "B")
    ]


def test_a_window_that_excuses_tickets_is_about_what_starts_in_it(excused: Warehouse) -> None:
    assert _verdicts(excused, "in the flood") == [
        ("FORECAST", "excused", "excluded", "EX-flood", "volume_above_forecast")
    ]
    assert _verdicts(excused, "after the flood") == [_missed("FORECAST")]


def test_time_of_the_customer_s_making_excuses_only_itself(excused: Warehouse) -> None:
    """Four hours, one allowed, two the customer's: late by one hour, which costs one hour."""
    assert excused.query(
        "select elapsed_seconds, overdue_seconds from marts.fct_sla_breach where ticket_id = 'customer out'"
    ) == [(7200, 3600)]
    assert _owed(excused)["PT-H"] == Decimal("50.00")


def test_what_is_taken_out_is_in_no_count_no_score_and_no_amount(excused: Warehouse) -> None:
    """Of seven late tickets, three are out for level A and two for B; of two of C2, one."""
    counts = excused.query(
        "select service_level_id, measured_count, breached_count, excused_count from marts.fct_service_level_period"
        " where period_month = '2026-01-01' and contract_id <> 'C3' order by 1"
    )
    assert counts == [("A", 4, 4, 3), ("B", 5, 5, 2), ("FORECAST", 1, 1, 1)]
    owed = {"PT-A": Decimal("400.00"), "PT-B": Decimal("500.00"), "PT-F": Decimal("100.00"), "PT-H": Decimal("50.00")}
    assert _owed(excused) == owed
    assert excused.query(
        "select case_count, measured_ratio from marts.fct_supplier_score where period_month = '2026-01-01'"
    ) == [(4 + 5 + 1 + 1, Decimal(0))]


def test_reasons_have_labels_in_two_languages(excused: Warehouse) -> None:
    assert excused.query(
        "select reason_name, reason_name_zh from marts.dim_exclusion_reason where reason_code = 'customer_caused'"
    ) == [("Caused by the customer", "客户原因")]


def _owed(warehouse: Warehouse) -> dict[str, Decimal]:
    return dict(
        warehouse.query(
            "select penalty_term_id, owed_amount from marts.fct_penalty where period_month = '2026-01-01'"
        )
    )  # fmt: skip
