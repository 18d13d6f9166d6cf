"""The state tables are those of the file contracts, whenever they were made."""

from __future__ import annotations

from supplier_sla.bootstrap import migrate
from supplier_sla.landing.contract import load_contracts
from tests.conftest import Warehouse

LINEAGE = [
    ("_extra", "jsonb"),
    ("_delivery_id", "bigint"),
    ("_line", "bigint"),
    ("_version_at", "timestamp with time zone"),
    ("_row_hash", "uuid"),
]


def raw_tables(warehouse: Warehouse) -> dict[str, list[tuple[str, str]]]:
    rows = warehouse.query(
        "select table_name, array_agg(array[column_name, data_type]::text[] order by ordinal_position)"
        " from information_schema.columns where table_schema = 'raw' group by table_name"
    )
    return {table: [(name, kind) for name, kind in columns] for table, columns in rows}


def test_the_raw_tables_have_the_columns_of_the_file_contracts_and_the_lineage(warehouse: Warehouse) -> None:
    expected = {}
    for entity, contract in load_contracts().items():
        names = [column.name for column in contract.columns]
        names += [name for name in ("updated_at",) if name not in names]
        if {"source_system", "ticket_id"} <= set(names):
            names.append("ticket_key")
        if entity == "ticket_events":
            names.append("event_key")
        expected[entity] = [*((name, "text") for name in names), *LINEAGE]
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
