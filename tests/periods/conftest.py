"""Three nights: what was known of January grows and is corrected once; in February tickets still run, a fee is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplier_sla.warehouse.content import HASHED_TABLES
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import build_and_publish, land, write_exports
from tests.support.register import Row, contract, register, service_level, ticket

NIGHTS = (utc("2026-02-03 22:00"), utc("2026-02-04 22:00"), utc("2026-03-02 22:00"))
# What money rests on, what publishing needs and the reports of closing, without the tests: a night is built in seconds.
TABLES = (
    *HASHED_TABLES, "fct_sla_breach", "dim_contract", "dim_supplier", "fct_penalty_estimate", "rpt_ledger_roll_forward",
    "rpt_accrual_true_up",
)  # fmt: skip

BAND = {"penalty_kind": "fee_band", "attainment_from": "0.00", "attainment_to": "0.95", "fee_ratio": "0.10"}
MISS = {"penalty_kind": "fixed_per_miss"}


@dataclass(frozen=True)
class Story:
    """The warehouse after the third night."""

    warehouse: Warehouse
    home: Path


def _level(contract_id: str, minutes: str) -> Row:
    return service_level(
        f"{contract_id}-RES", contract_id=contract_id, target_unit="calendar_minutes", target_value=minutes,
        calendar_id="",
    )  # fmt: skip


def _term(contract_id: str, penalty_term_id: str, **columns: str) -> Row:
    return {
        "penalty_term_id": penalty_term_id, "contract_id": contract_id, "service_level_id": f"{contract_id}-RES",
        "valid_from": "2020-01-01", **columns,
    }  # fmt: skip


def _fee(contract_id: str) -> Row:
    return {"contract_id": contract_id, "fee_month": "2026-01", "fee_amount": "10000.00", "currency_code": "EUR"}


def _january(number: int, resolved: str, **columns: str) -> Row:
    return ticket(
        f"T{number}", "2026-01-12T08:00:00Z", contract_id="C1", resolved_at=f"2026-01-12T{resolved}:00Z", **columns
    )


def _first() -> dict[str, list[Row]]:
    """A target of an hour; nine met, one missed."""
    return register(
        contracts=[contract()],
        service_levels=[_level("C1", "60")],
        penalty_terms=[_term("C1", "miss", amount="150.00", **MISS), _term("C1", "band", **BAND)],
        fees=[_fee("C1")],
        score_criteria=[
            {"criterion_id": "K1", "criterion_name": "In time", "measure_code": "attainment", "weight": "1",
             "metric_code": "resolution_time", "floor_value": "0.8", "target_value": "1", "valid_from": "2020-01-01"}
        ],
        tickets=[_january(number, "08:30" if number < 9 else "10:30") for number in range(10)],
    )  # fmt: skip


def _late() -> dict[str, list[Row]]:
    """Two more misses of January."""
    return {"tickets": [_january(number, "10:30") for number in (10, 11)]}


def _last() -> dict[str, list[Row]]:
    """A correction and a dispute of January; in February 18 met, 1 missed and 3 running, and 1 late and still running."""
    february = [("met", "2026-02-05", "2026-02-06")] * 18 + [("missed", "2026-02-05", "2026-02-25")]
    return {
        "contracts": [contract(contract_id="C2"), contract(contract_id="C3")],
        "service_levels": [_level("C2", "14400"), _level("C3", "1440")],
        "penalty_terms": [
            _term("C2", "band-2", **BAND),
            _term("C2", "miss-2", amount="50.00", **MISS),
            _term("C3", "late-3", penalty_kind="per_time_late", amount="10.00", ticket_cap_amount="400.00"),
        ],
        "fees": [_fee("C2")],
        "decisions": [
            {"decision_id": "D1", "decision_kind": "dispute", "contract_id": "C1", "source_system": "", "ticket_id": "T10",
             "decided_by": "supplier", "decided_at": "2026-03-01T10:00:00Z"}
        ],
        "tickets": [
            _january(9, "08:30", updated_at="2026-03-01T00:00:00Z"),
            *(
                ticket(f"{name}{number}", f"{opened}T08:00:00Z", contract_id="C2", resolved_at=f"{resolved}T08:00:00Z")
                for number, (name, opened, resolved) in enumerate(february)
            ),
            *(ticket(f"running{number}", "2026-02-27T08:00:00Z", contract_id="C2") for number in range(3)),
            ticket("late", "2026-02-28T20:00:00Z", contract_id="C3"),
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def story(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with another_warehouse(template_database, "three_nights") as warehouse:
        home = tmp_path_factory.mktemp("three_nights")
        for number, (as_of, exports) in enumerate(zip(NIGHTS, (_first(), _late(), _last()), strict=True), start=1):
            write_exports(home / "landing" / f"night_{number}", exports)
            land(warehouse, home / "landing", as_of)
            build_and_publish(warehouse, home, as_of, marts=TABLES, dbt_tests="none")
        yield Story(warehouse, home)
