"""A tool's log in one file, and in daily slices that come in any order, twice, through crashes: the same warehouse."""

from __future__ import annotations

import csv
import random
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import SHARED_DATA, Warehouse
from tests.support.crashing import land_until
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import build_and_publish, land, write_exports
from tests.support.register import calendar, contract, register, service_level
from tests.support.servicenow_made_up import write_made_up_log

AS_OF = utc("2016-09-01 00:00")
REAL_LOG = SHARED_DATA / "servicenow_incident_log" / "incident_event_log_first_1000.csv"
ENTITIES = ("tickets", "ticket_events")

# Where a row was delivered, and when: the only things in which two orders may differ.
LINEAGE = ("_delivery_id", "_line", "_source_file", "_source_row_number")

Content = dict[str, list[str]]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real log where it is at hand, else a made-up one."""
    return (
        REAL_LOG if REAL_LOG.is_file() else write_made_up_log(tmp_path_factory.mktemp("log") / "incident_event_log.csv")
    )


@pytest.fixture(scope="module")
def in_one_file(log: Path, module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Content:
    home = tmp_path_factory.mktemp("whole")
    _write_register(home / "landing", log)
    (home / "landing" / "incident_event_log.csv").write_bytes(log.read_bytes())
    land(module_warehouse, home / "landing", AS_OF)
    build_and_publish(module_warehouse, home, AS_OF)
    return _content(module_warehouse)


@pytest.fixture(scope="module")
def slices(log: Path) -> dict[str, str]:
    """By day of `sys_updated_at`: a file with the header and the rows of that day, in the order of the log."""
    with log.open(encoding="utf-8", newline="") as handle:
        header, *rows = handle.read().splitlines(keepends=True)
    position = next(csv.reader([header])).index("sys_updated_at")
    days: dict[str, list[str]] = {}
    for row, cells in zip(rows, csv.reader(rows), strict=True):
        day = datetime.strptime(cells[position], "%d/%m/%Y %H:%M").date().isoformat()
        days.setdefault(day, []).append(row)
    return {day: header + "".join(found) for day, found in days.items()}


@pytest.fixture(scope="module")
def other(template_database: str) -> Iterator[Warehouse]:
    with another_warehouse(template_database, "order_of_deliveries") as warehouse:
        yield warehouse


def test_slices_in_any_order_twice_and_through_crashes_are_the_whole_log(
    log: Path,
    in_one_file: Content,
    slices: dict[str, str],
    other: Warehouse,
    tmp_path: Path,
) -> None:
    chance = random.Random(11)
    days = chance.sample(sorted(slices), len(slices))
    landing = tmp_path / "landing"
    _write_register(landing, log)
    third = len(days) // 3
    nights = [days[:third], days[third : 2 * third], days[2 * third :]]
    for number, named in enumerate(nights):
        for day in named:
            (landing / f"incident_event_log_{day}.csv").write_text(slices[day], encoding="utf-8")
        for _ in range(2):
            killed = land_until(other.loader_url, landing, AS_OF, step=chance.randrange(12, 40 + 10 * len(named)))
            assert killed == -signal.SIGKILL
        as_of = AS_OF - timedelta(days=len(nights) - 1 - number)
        land(other, landing, as_of)
        if number == 0:
            # A night in between, so that the last one builds upon a part.
            build_and_publish(other, tmp_path, as_of)
    for day in chance.sample(days, third):
        (landing / f"incident_event_log_again_{day}.csv").write_text(slices[day], encoding="utf-8")
    again = land(other, landing, AS_OF)
    assert again.files_repeated == third
    assert again.rows.rows_loaded == again.rows.rows_quarantined == 0
    build_and_publish(other, tmp_path, AS_OF)
    found = _content(other)
    assert {name: len(rows) for name, rows in found.items()} == {name: len(rows) for name, rows in in_one_file.items()}
    assert found == in_one_file


def _write_register(landing: Path, log: Path) -> None:
    with log.open(encoding="utf-8", newline="") as handle:
        groups = {row["assignment_group"] for row in csv.DictReader(handle)}
    names = sorted("(no group)" if group == "?" else group for group in groups)
    rows = register(
        work_centres=[{"work_centre_id": name, "supplier_id": "S1"} for name in names],
        contracts=[contract(valid_from="2016-01-01")],
        calendars=[calendar()],
        service_levels=[service_level(stop_event="closed", priority_change_policy="retarget", valid_from="2016-01-01")],
    )
    write_exports(landing, rows)


def _content(warehouse: Warehouse) -> Content:
    """Every row of raw and of the readers' tables as text without its lineage, in a fixed order."""
    columns = warehouse.query(
        """
        select table_schema, table_name, array_agg(column_name::text order by ordinal_position)
        from information_schema.columns
        where
            column_name <> all(%s)
            and (
                (table_schema = 'raw' and table_name = any(%s))
                -- The night itself is another one: it stands upon other files. An entry is late by when its file came.
                or (
                    table_schema = 'marts'
                    and table_name not in (
                        'dim_night', 'qc_quarantined_row', 'qc_pause_question', 'rpt_pause_abuse', 'rpt_dispatch_data_quality'
                    )
                )
            )
        group by table_schema, table_name
        """,
        (list(LINEAGE), list(ENTITIES)),
    )
    return {
        f"{schema}.{table}": [
            row
            for (row,) in warehouse.query(
                f"select row({', '.join(f'told.{name}' for name in names)})::text from {schema}.{table} as told order by 1"
            )
        ]
        for schema, table, names in columns
    }
