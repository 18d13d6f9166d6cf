"""Readers' tables made by hand, with the columns that the models promise, and nights that publish them. No dbt."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import yaml
from psycopg2 import sql
from psycopg2.extras import execute_values

from supplier_sla.database import session
from supplier_sla.warehouse.publish import PublicationResult, publish
from supplier_sla.warehouse.slot_relations import layer_schemas
from supplier_sla.warehouse.slots import SlotChoice, choose_slot
from tests.conftest import REPOSITORY, Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
TABLES = ("dim_supplier", "dim_contract", "fct_sla_breach", "fct_penalty", "fct_penalty_ticket")

Row = Mapping[str, Any]

_run_numbers = itertools.count(1)


def penalty(**values: Any) -> dict[str, Any]:
    """A row of fct_penalty: 100.00 CNY owed for January under contract C-1, clause T-1, unless said otherwise."""
    row: dict[str, Any] = {
        "contract_key": "contract key", "supplier_key": "supplier key", "contract_id": "C-1", "supplier_id": "S-1",
        "penalty_term_id": "T-1", "service_level_id": "SL-1", "clause": "4.1", "penalty_kind": "fixed_per_miss",
        "period_month": "2026-01-01", "currency_code": "CNY", "breached_count": 2, "measured_count": 38,
        "attainment_ratio": "0.94736842105263157895", "unit_amount": "50", "gross_amount": "100.00",
        "cap_reduction_amount": "0.00", "owed_amount": "100.00", "status_code": "owed", "cost_centre": "4711",
    }  # fmt: skip
    row |= values
    taken = ("earn_back_amount", "dispute_reduction_amount", "waiver_amount")
    row |= {column: values.get(column, "0.00") for column in taken}
    penalty_amount = Decimal(row["owed_amount"]) + sum(Decimal(row[column]) for column in taken)
    return {"penalty_amount": penalty_amount, **row}


def breach(ticket_id: str, **values: Any) -> dict[str, Any]:
    """A row of fct_sla_breach for contract C-1 in January, one hour late unless said otherwise."""
    row = {
        "ticket_key": f"desk/{ticket_id}", "source_system": "desk", "ticket_id": ticket_id, "contract_id": "C-1",
        "service_level_id": "SL-1", "period_month": "2026-01-01", "work_centre_id": "WC-1",
        "priority_applied_code": "p1", "target_seconds": 3600, "elapsed_seconds": 7200, "overdue_seconds": 3600,
        "status_code": "breached", "started_at": "2026-01-05T08:00:00.5+08:00",
        "breached_at": "2026-01-05T09:00:00.5+08:00", "_source_file": "tickets.csv", "_source_row_number": 7,
    }  # fmt: skip
    row |= values
    return {"ticket_sla_key": f"{row['ticket_key']} {row['service_level_id']} {row['period_month']}", **row}


def tickets_behind(penalties: Iterable[Row], breaches: Iterable[Row]) -> list[Row]:
    """Rows of fct_penalty_ticket: the misses of a line's contract, level and month."""
    shared = ("contract_id", "service_level_id", "period_month")
    return [
        {**found, "penalty_term_id": line["penalty_term_id"], "borne_share": "1"}
        for line in penalties
        for found in breaches
        if [str(line[column]) for column in shared] == [str(found[column]) for column in shared]
    ]


SUPPLIER = {"supplier_key": "supplier key", "supplier_id": "S-1", "supplier_name": "Acme", "supplier_name_zh": "安可"}
CONTRACT = {"contract_key": "contract key", "contract_id": "C-1", "contract_name": "Desk", "contract_name_zh": "服务台"}


def build_slot(
    warehouse: Warehouse,
    slot: str,
    *,
    penalties: Iterable[Row] = (),
    breaches: Iterable[Row] = (),
    suppliers: Iterable[Row] = (SUPPLIER,),
    contracts: Iterable[Row] = (CONTRACT,),
) -> None:
    """Make the tables in the slot as the transformer does, comments included."""
    penalties, breaches = list(penalties), list(breaches)
    rows = {
        "fct_penalty": penalties, "fct_sla_breach": breaches, "dim_supplier": suppliers, "dim_contract": contracts,
        "fct_penalty_ticket": tickets_behind(penalties, breaches),
    }  # fmt: skip
    intermediate = layer_schemas(slot)["intermediate"]
    with session(warehouse.transformer_url) as connection, connection, connection.cursor() as cursor:
        for table in TABLES:
            columns = promised_columns()[table]
            name = sql.Identifier(slot, table)
            definitions = [sql.SQL("{} {}").format(sql.Identifier(key), sql.SQL(kind)) for key, kind in columns.items()]
            cursor.execute(sql.SQL("drop table if exists {}").format(name))
            cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(definitions)))
            cursor.execute(sql.SQL("comment on table {} is %s").format(name), (f"What {table} is.",))
            values = [tuple(row.get(column) for column in columns) for row in rows[table]]
            if values:
                execute_values(cursor, sql.SQL("insert into {} values %s").format(name).as_string(cursor), values)
        # Every line may go to finance at once; what holds lines back is tested where the models are built.
        cursor.execute(
            sql.SQL(
                "create or replace view {} as select line_number, true as is_released,"
                " (select max(extract_number) from finance.extract_line as extracted"
                " where extracted.line_number = lines.line_number) as extract_number"
                " from finance.ledger_line as lines"
            ).format(sql.Identifier(intermediate, "int_settlement__line_states"))
        )


@cache
def promised_columns() -> dict[str, dict[str, str]]:
    """Column names and types by table, from the models' own contracts."""
    models = [
        model
        for path in (REPOSITORY / "dbt_project" / "models" / "marts").glob("*/_*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    ]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in models
        if model["name"] in TABLES
    }


def deliver(warehouse: Warehouse, name: str, state: str = "loaded", *, is_checked: bool = True) -> int:
    """Number of a new delivery, without rows."""
    rows = warehouse.query(
        "insert into ops.delivery (relative_path, content_sha256, byte_size, entity, state, is_checked, as_of, run_id)"
        " values (%s, %s, 1, 'tickets', %s, %s, %s, 'landing') returning delivery_id",
        (name, name, state, is_checked, AS_OF),
    )
    return int(rows[0][0])


def choose(
    warehouse: Warehouse,
    *,
    as_of: datetime = AS_OF,
    fingerprint: str = "models",
    run_id: str = "run",
    force: bool = False,
    full_refresh: bool = False,
) -> SlotChoice:
    """Choose as the transformer."""
    with session(warehouse.transformer_url) as connection:
        return choose_slot(
            connection, as_of=as_of, run_id=run_id, fingerprint=fingerprint, force=force, full_refresh=full_refresh
        )


def reserve(warehouse: Warehouse, *, as_of: datetime = AS_OF) -> tuple[str, str]:
    """Slot and run of a new night."""
    run_id = f"run {next(_run_numbers)}"
    choice = choose(warehouse, as_of=as_of, run_id=run_id, force=True)
    assert choice.slot is not None, choice.reason
    return choice.slot, run_id


def switch(
    warehouse: Warehouse, slot: str, run_id: str, sleep: Callable[[float], None] = time.sleep
) -> PublicationResult:
    """Publish as the transformer."""
    with session(warehouse.transformer_url) as connection:
        return publish(connection, slot=slot, run_id=run_id, sleep=sleep)


def night(
    warehouse: Warehouse, *penalties: Row, breaches: Iterable[Row] = (), as_of: datetime = AS_OF
) -> PublicationResult:
    """Reserve, build by hand, publish."""
    slot, run_id = reserve(warehouse, as_of=as_of)
    build_slot(warehouse, slot, penalties=penalties, breaches=breaches)
    return switch(warehouse, slot, run_id)
