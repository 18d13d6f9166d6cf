"""One night without Airflow and Great Expectations: canonical rows in, published marts out. For tests of rules."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from supplier_sla.database import session
from supplier_sla.dbt_runs import address_variables, run_dbt, slot_variables
from supplier_sla.landing import LandingReport, land_exports
from supplier_sla.ledger.differences import TABLES_READ
from supplier_sla.settings import Settings
from supplier_sla.warehouse.publish import PublicationResult, publish
from supplier_sla.warehouse.slots import choose_slot
from tests.conftest import Warehouse
from tests.support.parsed_project import parsed_project

Rows = Iterable[Mapping[str, Any]]

# Which of the project's own tests run with the models: all, those that are statements over several tables, or none.
DbtTests = Literal["all", "singular", "none"]
_LEFT_OUT: dict[DbtTests, list[str]] = {
    "all": [],
    "singular": ["--exclude", "test_type:generic"],
    "none": ["--exclude-resource-type", "test"],
}

_run_numbers = itertools.count(1)


def write_exports(folder: Path, exports: Mapping[str, Rows]) -> None:
    """Write `<entity>.csv` for each entity; columns are the keys of all its rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for entity, rows in exports.items():
        records = [dict(row) for row in rows]
        columns = list(dict.fromkeys(column for record in records for column in record))
        with (folder / f"{entity}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, restval="")
            writer.writeheader()
            writer.writerows(records)


def land(warehouse: Warehouse, landing: Path, as_of: datetime) -> LandingReport:
    """Land the folder and open every delivery to the models, as the door in does with good ones."""
    report = land_exports(warehouse.loader_url, landing, as_of=as_of, run_id=f"landing {next(_run_numbers)}")
    with session(warehouse.loader_url) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update ops.delivery set is_checked = true where not is_checked")
    return report


def build_and_publish(
    warehouse: Warehouse,
    home: Path,
    as_of: datetime,
    *,
    marts: Iterable[str] = (),
    force: bool = True,
    full_refresh: bool = False,
    dbt_tests: DbtTests = "singular",
) -> PublicationResult:
    """Build the idle slot with dbt and switch to it; from its second build on incrementally.

    `marts` names what the test reads; only that, what a publication reads and what they rest on is built then, which
    is a third of everything.
    """
    run_id = f"build {next(_run_numbers)}"
    asked = list(marts)
    with session(warehouse.transformer_url) as connection:
        choice = choose_slot(
            connection, as_of=as_of, run_id=run_id, fingerprint="test", force=force, full_refresh=full_refresh
        )
        assert choice.slot is not None, choice.reason
        build(warehouse, home, choice.slot, marts=[*asked, *TABLES_READ] if asked else (), dbt_tests=dbt_tests)
        return publish(connection, slot=choice.slot, run_id=run_id)


def build(
    warehouse: Warehouse, home: Path, slot: str, *, marts: Iterable[str] = (), dbt_tests: DbtTests = "singular"
) -> None:
    """Run dbt in a slot that was chosen: these models and what they rest on, or everything.

    Tests of single columns are left to whole nights and to who asks for all.
    """
    settings = Settings(
        home=home,
        landing=home / "landing",
        outbox=home / "outbox",
        loader_url=warehouse.loader_url,
        transformer_url=warehouse.transformer_url,
        bi_reader_url=warehouse.bi_reader_url,
    )
    variables = {**address_variables(settings.transformer_url), **slot_variables(settings, slot)}
    # Nobody reads dbt's artefacts or every statement of a build that went well.
    quick = ["--no-write-json", "--log-level-file", "info"]
    selection = [*_LEFT_OUT[dbt_tests], *_selection(marts)]
    run_dbt(["build", *quick, *selection], settings, variables, manifest=parsed_project(settings, slot, variables))


def _selection(marts: Iterable[str]) -> list[str]:
    wanted = [f"+{mart}" for mart in dict.fromkeys(marts)]
    # Tests over several tables run where all of these are built.
    return ["--select", *wanted, "--indirect-selection", "buildable"] if wanted else []


def night(
    warehouse: Warehouse,
    home: Path,
    exports: Mapping[str, Rows],
    as_of: datetime,
    *,
    marts: Iterable[str] = (),
    full_refresh: bool = False,
    dbt_tests: DbtTests = "singular",
) -> LandingReport:
    """Write, land, build and publish; see `build_and_publish`."""
    write_exports(home / "landing", exports)
    report = land(warehouse, home / "landing", as_of)
    build_and_publish(warehouse, home, as_of, marts=marts, full_refresh=full_refresh, dbt_tests=dbt_tests)
    return report
