"""Worked examples of contract clauses, each a folder below tests/scenarios/penalties, through real nights.

A folder's files are worked out by hand from the clause; where the models disagree, one of the two is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from supplier_sla.landing.contract import load_contracts
from tests.conftest import Warehouse
from tests.support.scenario_nights import Marts, assert_comes_out_as_written, published_nights
from tests.support.scenarios import NIGHTS, Scenario, scenarios

CASES = scenarios()


@pytest.fixture(scope="module")
def published(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Marts]:
    """What the marts that any case speaks of held after each night."""
    return published_nights(module_warehouse, tmp_path_factory, CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_scenario_comes_out_as_written(case: Scenario, published: dict[date, Marts]) -> None:
    assert_comes_out_as_written(case, published)


def test_the_ledger_holds_what_is_owed_and_no_more(published: dict[date, Marts], module_warehouse: Warehouse) -> None:
    owed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in published[NIGHTS[-1]]["fct_penalty"]:
        owed[row["contract_id"], row["currency_code"]] += row["owed_amount"]
    posted = module_warehouse.query(
        "select contract_id, currency_code, sum(amount) from finance.ledger_line group by 1, 2"
    )
    told = {(contract, currency): amount for contract, currency, amount in posted}
    assert {key: amount for key, amount in told.items() if amount} == {
        key: amount for key, amount in owed.items() if amount
    }


def test_every_kind_and_every_choice_of_the_terms_has_a_scenario() -> None:
    used = defaultdict(set)
    for case in CASES:
        for files in case.deliveries().values():
            for row in files.get("penalty_terms", []):
                for name, value in row.items():
                    used[name].add(value)
    # A right costs nothing and has no line; the rights have tests of their own.
    of_rights = {"right_basis", "notice_days", "notice_basis", "termination_right"}
    columns = [
        column for column in load_contracts()["penalty_terms"].columns if column.name not in of_rights | {"updated_at"}
    ]
    missing = [column.name for column in columns if not used[column.name] - {""}]
    missing += [
        f"{column.name} {value}"
        for column in columns
        for value in column.allowed or ()
        if value not in used[column.name] | of_rights
    ]
    assert missing == []
