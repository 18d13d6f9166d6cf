"""Three nights of one contract: what was known of January grows, and is corrected once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.warehouse.content import HASHED_TABLES
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import build_and_publish, land, write_exports
from tests.support.register import Row, contract, register, service_level, ticket

NIGHTS = (utc("2026-02-03 22:00"), utc("2026-02-04 22:00"), utc("2026-03-02 22:00"))
# What money rests on and what publishing needs, without the tests: a night of this story is built in seconds.
TABLES = (*HASHED_TABLES, "fct_sla_breach", "dim_contract", "dim_supplier", "dim_night")
SELECT = " ".join(f"+{table}" for table in TABLES)


@dataclass(frozen=True)
class Story:
    """The warehouse after the third night."""

    warehouse: Warehouse
    home: Path


def _ticket(number: int, hours: int, **changes: Any) -> Row:
    return ticket(f"T{number}", "2026-01-12T08:00:00Z", resolved_at=f"2026-01-12T{8 + hours:02}:30:00Z", **changes)


def _deliveries() -> list[dict[str, list[Row]]]:
    terms = [
        {"penalty_term_id": "miss", "penalty_kind": "fixed_per_miss", "amount": "150.00", "clause": "5.1"},
        {"penalty_term_id": "band", "penalty_kind": "fee_band", "attainment_from": "0.00", "attainment_to": "0.95",
         "fee_ratio": "0.10", "clause": "5.2"},
    ]  # fmt: skip
    first = register(
        contracts=[contract()],
        service_levels=[service_level(target_unit="calendar_minutes", target_value="60", calendar_id="")],
        penalty_terms=[
            {"contract_id": "C1", "service_level_id": "RES", "valid_from": "2020-01-01", **row} for row in terms
        ],
        fees=[{"contract_id": "C1", "fee_month": "2026-01", "fee_amount": "10000.00", "currency_code": "EUR"}],
        score_criteria=[
            {"criterion_id": "K1", "criterion_name": "In time", "measure_code": "attainment", "weight": "1",
             "metric_code": "resolution_time", "floor_value": "0.8", "target_value": "1", "valid_from": "2020-01-01"}
        ],
        tickets=[_ticket(number, 0 if number < 9 else 2) for number in range(10)],
    )  # fmt: skip
    late = {"tickets": [_ticket(number, 2) for number in (10, 11)]}
    correction = {"tickets": [_ticket(9, 0, updated_at="2026-03-01T00:00:00Z")]}
    return [first, late, correction]


@pytest.fixture(scope="module")
def story(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with another_warehouse(template_database, "three_nights") as warehouse:
        home = tmp_path_factory.mktemp("three_nights")
        for number, (as_of, exports) in enumerate(zip(NIGHTS, _deliveries(), strict=True), start=1):
            write_exports(home / "landing" / f"night_{number}", exports)
            land(warehouse, home / "landing", as_of)
            build_and_publish(warehouse, home, as_of, select=SELECT, with_tests=False)
        yield Story(warehouse, home)
