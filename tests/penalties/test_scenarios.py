"""Worked examples of contract clauses, each a folder below tests/scenarios/penalties, through real nights.

A folder's files are worked out by hand from the clause; where the models disagree, one of the two is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from decimal import Decimal

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from supplier_sla.landing.contract import load_contracts
from tests.conftest import Warehouse
from tests.support.nights import night
from tests.support.register import Row
from tests.support.scenario_differences import differences, rows_of
from tests.support.scenarios import NIGHTS, Scenario, as_of, deliveries_of, scenarios

CASES = scenarios()

Marts = Mapping[str, list[Row]]


@pytest.fixture(scope="module")
def published(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Marts]:
    """What the marts that any case speaks of held after each night."""
    names = {mart for case in CASES for _, mart in case.expectations()}
    held = {}
    for day, exports in deliveries_of(CASES).items():
        report = night(module_warehouse, tmp_path_factory.mktemp(f"night_{day}"), exports, as_of(day), dbt_tests="all")
        kept_out = report.rows.rows_quarantined + report.files_refused
        assert not kept_out, "\n".join([*(each.sentence for each in report.outcomes), *quarantined(module_warehouse)])
        held[day] = marts_in(module_warehouse, names)
    return held


def quarantined(warehouse: Warehouse) -> list[str]:
    """Why rows of a case's files were kept out."""
    rows = warehouse.query("select entity, column_name, expected, value_found, record from ops.quarantined_row")
    return [
        f"{entity}: {name}: expected {expected}, found {found} in {record}"
        for entity, name, expected, found, record in rows
    ]


def marts_in(warehouse: Warehouse, names: set[str]) -> Marts:
    """All rows, by column name, of those of the marts that there are."""
    with (
        closing(psycopg2.connect(warehouse.admin_url)) as connection,
        connection.cursor(cursor_factory=RealDictCursor) as cursor,
    ):
        cursor.execute("select relname from pg_class where relnamespace = 'marts'::regnamespace")
        marts = {}
        for name in sorted(names & {row["relname"] for row in cursor}):
            cursor.execute(sql.SQL("select * from marts.{}").format(sql.Identifier(name)))
            marts[name] = [dict(row) for row in cursor]
    return marts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_scenario_comes_out_as_written(case: Scenario, published: dict[date, Marts]) -> None:
    found = []
    for (day, mart), rows in case.expectations().items():
        if mart not in published[day]:
            found.append(f"{day}: expected a mart, found none called {mart}")
            continue
        found += [f"{day}: {line}" for line in differences(mart, rows, rows_of(case, published[day][mart]))]
    if found:
        pytest.fail("\n".join([case.name, *found]), pytrace=False)


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
