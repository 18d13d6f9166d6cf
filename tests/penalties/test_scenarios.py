"""Worked examples of contract clauses, each a folder below tests/scenarios/penalties, through real nights.

A folder's files are worked out by hand from the clause; where the models disagree, one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from tests.conftest import Warehouse
from tests.support.nights import night
from tests.support.register import Row
from tests.support.scenario_differences import differences, rows_of
from tests.support.scenarios import Scenario, as_of, deliveries_of, scenarios

CASES = scenarios()

Marts = Mapping[str, list[Row]]


@pytest.fixture(scope="module")
def published(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Marts]:
    """What the marts that any case speaks of held after each night."""
    names = {mart for case in CASES for _, mart in case.expectations()}
    held = {}
    for day, exports in deliveries_of(CASES).items():
        report = night(module_warehouse, tmp_path_factory.mktemp(f"night_{day}"), exports, as_of(day))
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
