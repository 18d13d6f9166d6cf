"""Runs the cases of an area through real nights in one database, and compares each with what its folder expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from tests.conftest import Warehouse
from tests.support.nights import night
from tests.support.register import Row
from tests.support.scenario_differences import differences, rows_of
from tests.support.scenarios import Scenario, as_of, deliveries_of

Marts = Mapping[str, list[Row]]

# What follows a publication: warehouse, home of the night, as_of.
AfterNight = Callable[[Warehouse, Path, datetime], None]


def published_nights(
    warehouse: Warehouse,
    homes: pytest.TempPathFactory,
    cases: Sequence[Scenario],
    *,
    after_night: Sequence[AfterNight] = (),
    marts_read: Sequence[str] = (),
) -> dict[date, Marts]:
    """What the marts that any case speaks of held after each night; `marts_read` by what follows it are built, too."""
    names = {mart for case in cases for _, mart in case.expectations()}
    held = {}
    for day, exports in deliveries_of(cases).items():
        home = homes.mktemp(f"night_{day}")
        report = night(warehouse, home, exports, as_of(day), marts=sorted(names | set(marts_read)), dbt_tests="all")
        kept_out = report.rows.rows_quarantined + report.files_refused
        assert not kept_out, "\n".join([*(each.sentence for each in report.outcomes), *quarantined(warehouse)])
        held[day] = marts_in(warehouse, names)
        for follow in after_night:
            follow(warehouse, home, as_of(day))
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


def assert_comes_out_as_written(case: Scenario, published: Mapping[date, Marts]) -> None:
    """Fail with one line per difference."""
    found = []
    for (day, mart), rows in case.expectations().items():
        if mart not in published[day]:
            found.append(f"{day}: expected a mart, found none called {mart}")
            continue
        found += [f"{day}: {line}" for line in differences(mart, rows, rows_of(case, published[day][mart]))]
    if found:
        pytest.fail("\n".join([case.name, *found]), pytrace=False)
