"""The state tables are those of the file contracts, whenever they were made."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from supplier_sla.bootstrap import migrate
from supplier_sla.database import sqlalchemy_url
from supplier_sla.landing import land_exports
from supplier_sla.landing.contract import load_contracts
from tests.conftest import Warehouse
from tests.support.nights import write_exports
from tests.support.register import Row, service_level, ticket

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
FIRST = import_module("supplier_sla.migrations.versions.0001_state")
TERMS = import_module("supplier_sla.migrations.versions.0002_service_level_terms")
NAMED_LEVEL = import_module("supplier_sla.migrations.versions.0005_source_service_level")
FORMS = import_module("supplier_sla.migrations.versions.0013_penalty_forms")
GOVERNANCE = import_module("supplier_sla.migrations.versions.0018_governance_columns")


def _names(migration: ModuleType) -> dict[str, list[str]]:
    return {entity: names.split() for entity, names in migration.NEW_COLUMNS.items()}


LINEAGE = {
    "_extra": "jsonb",
    "_delivery_id": "bigint",
    "_line": "bigint",
    "_version_at": "timestamp with time zone",
    "_row_hash": "uuid",
}


def raw_tables(warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """Types of the columns of each table; their order says only which migration brought them."""
    rows = warehouse.query(
        "select table_name, jsonb_object_agg(column_name, data_type)"
        " from information_schema.columns where table_schema = 'raw' group by table_name"
    )
    return dict(rows)


def test_the_raw_tables_have_the_columns_of_the_file_contracts_and_the_lineage(warehouse: Warehouse) -> None:
    expected = {}
    for entity, contract in load_contracts().items():
        names = [column.name for column in contract.columns]
        names += [name for name in ("updated_at",) if name not in names]
        if {"source_system", "ticket_id"} <= set(names):
            names.append("ticket_key")
        if entity == "ticket_events":
            names.append("event_key")
        expected[entity] = {**dict.fromkeys(names, "text"), **LINEAGE}
    assert raw_tables(warehouse) == expected


def test_migrating_twice_is_a_no_op(warehouse: Warehouse) -> None:
    catalogue = "select oid, xmin::text, relname from pg_class where oid >= 16384 order by oid"
    before = warehouse.query(catalogue), warehouse.query("select xmin::text, * from ops.alembic_version")
    migrate(warehouse.admin_url)
    assert (warehouse.query(catalogue), warehouse.query("select xmin::text, * from ops.alembic_version")) == before


def test_rows_are_conserved_by_the_table_itself(warehouse: Warehouse) -> None:
    constraint = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'nothing_is_lost'"
    ((definition,),) = warehouse.query(constraint)
    assert "rows_in_file = ((rows_loaded + rows_quarantined) + rows_repeated)" in definition


@pytest.mark.parametrize(
    ("entity", "rows", "added"),
    [
        pytest.param(
            "service_levels",
            [service_level(), service_level("RES-2", pause_states="")],
            {TERMS: {"service_levels": TERMS.NEW_COLUMNS}, FORMS: _names(FORMS)},
            id="terms",
        ),
        pytest.param(
            "tickets",
            [ticket("T1", "2026-01-05T09:12:44Z")],
            {NAMED_LEVEL: {"tickets": NAMED_LEVEL.NEW_COLUMNS}},
            id="level of the verdict",
        ),
        pytest.param(
            "survey_responses",
            [
                {
                    "response_id": "R1",
                    "question_code": "overall",
                    "answered_at": "2026-01-05T09:12:44Z",
                    "scale_min": "1",
                    "scale_max": "5",
                }
            ],
            {GOVERNANCE: _names(GOVERNANCE)},
            id="invitation",
        ),
    ],
)
def test_a_row_delivered_before_its_entity_got_more_columns_is_still_an_exact_repeat(
    warehouse: Warehouse, tmp_path: Path, entity: str, rows: list[Row], added: dict[ModuleType, dict[str, list[str]]]
) -> None:
    write_exports(tmp_path, {entity: rows})
    land_exports(warehouse.loader_url, tmp_path, as_of=AS_OF, run_id="before")
    for columns in added.values():
        _take_back(warehouse, columns)
    for migration in added:
        _run_migration(warehouse, migration)

    with (tmp_path / f"{entity}.csv").open("a", encoding="utf-8") as file:
        file.write("\n")  # other bytes, the same rows
    report = land_exports(warehouse.loader_url, tmp_path, as_of=AS_OF, run_id="after")

    assert (report.rows.rows_in_file, report.rows.rows_repeated) == (len(rows), len(rows))
    newest = [columns[entity][-1] for columns in added.values() if entity in columns]
    assert warehouse.query(f"select distinct {', '.join(newest)} from raw.{entity}") == [(None,) * len(newest)]


def _take_back(warehouse: Warehouse, columns: dict[str, list[str]]) -> None:
    """Tables as the first migration made and its loader filled them."""
    for entity, names in columns.items():
        hashed = ", ".join([*FIRST.RAW_COLUMNS[entity].split(), "updated_at"])
        drops = ", ".join(f"drop column {column} cascade" for column in names)
        warehouse.query(f"update raw.{entity} set _row_hash = md5(row({hashed})::text)::uuid")
        warehouse.query(f"alter table raw.{entity} {drops}")


def _run_migration(warehouse: Warehouse, migration: ModuleType) -> None:
    """One migration by itself, whatever came after it."""
    engine = create_engine(sqlalchemy_url(warehouse.admin_url), poolclass=NullPool)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
