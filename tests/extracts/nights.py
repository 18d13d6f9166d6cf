"""Nights made by hand that a hand-over can follow: readers' tables, clocks, answers of finance, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from psycopg2 import sql
from psycopg2.extras import execute_values

from supplier_sla.database import session
from supplier_sla.extracts.draft import Draft
from supplier_sla.extracts.handover import Check, HandedOver, hand_over
from supplier_sla.extracts.receiver import Receiver
from supplier_sla.warehouse.slot_relations import layer_schemas
from tests.conftest import REPOSITORY, Warehouse
from tests.support.slot_tables import AS_OF, CONTRACT, SUPPLIER, build_slot, reserve, switch

Row = Mapping[str, Any]

FINANCE = Receiver(receiver_code="finance")
VENDOR = {**SUPPLIER, "is_current": True, "vendor_number": "10042", "vendor_site_code": "MAIN"}

MODELS = REPOSITORY / "dbt_project" / "models" / "marts"
STAGING = {
    "stg_accounts_payable__acknowledgements": (
        "receiver_code text, extract_number bigint, line_number bigint, status_code text, amount numeric,"
        " acknowledged_at timestamptz, _delivery_id bigint default 1, _source_row_number bigint default 1"
    ),
    "stg_contract_register__decisions": (
        "decision_kind text, contract_id text, penalty_term_id text, period_month date, ticket_id text,"
        " decided_at timestamptz"
    ),
}


def stretch(ticket_id: str, **values: Any) -> dict[str, Any]:
    """A row of rpt_ticket_sla_stretch: two counted hours of a ticket, unless said otherwise."""
    row = {
        "ticket_sla_key": f"desk/{ticket_id} SL-1 2026-01-01", "ticket_key": f"desk/{ticket_id}", "source_system": "desk",
        "ticket_id": ticket_id, "service_level_id": "SL-1", "from_at": "2026-01-05T00:00:00.5Z",
        "to_at": "2026-01-05T02:00:00Z", "clock_state_code": "running", "is_open": True, "counted_seconds": 7200,
        "actor_id": "m.mueller", "_source_file": "events.csv", "_source_row_number": 12,
    }  # fmt: skip
    return row | values


def answer(
    line_number: int, status_code: str, at: datetime, *, extract_number: int = 1, **values: Any
) -> dict[str, Any]:
    """What finance says about a line of an extract."""
    row = {"receiver_code": "finance", "extract_number": extract_number, "line_number": line_number}
    return row | {"status_code": status_code, "acknowledged_at": at} | values


def approval(at: datetime, **values: Any) -> dict[str, Any]:
    """An `approve` decision for everything of contract C-1 unless said otherwise."""
    return {"decision_kind": "approve", "contract_id": "C-1", "decided_at": at} | values


def night(
    warehouse: Warehouse,
    *penalties: Row,
    breaches: Iterable[Row] = (),
    suppliers: Iterable[Row] = (VENDOR,),
    stretches: Iterable[Row] = (),
    answers: Iterable[Row] = (),
    decisions: Iterable[Row] = (),
    disputed: Sequence[int] = (),
    as_of: datetime = AS_OF,
) -> None:
    """Publish a slot that says this."""
    slot, run_id = reserve(warehouse, as_of=as_of)
    states_name = sql.Identifier(layer_schemas(slot)["intermediate"], "int_settlement__line_states")
    with session(warehouse.transformer_url) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("drop view if exists {}").format(states_name))
    build_slot(warehouse, slot, penalties=penalties, breaches=breaches, suppliers=suppliers, contracts=(CONTRACT,))
    with session(warehouse.transformer_url) as connection, connection, connection.cursor() as cursor:
        columns = stretch_columns()
        tables = [
            (
                slot,
                "rpt_ticket_sla_stretch",
                ", ".join(f'"{name}" {kind}' for name, kind in columns.items()),
                stretches,
            ),
            (layer_schemas(slot)["staging"], "stg_accounts_payable__acknowledgements", None, answers),
            (layer_schemas(slot)["staging"], "stg_contract_register__decisions", None, decisions),
        ]
        for schema, table, definition, rows in tables:
            name = sql.Identifier(schema, table)
            cursor.execute(sql.SQL("drop table if exists {}").format(name))
            cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(definition or STAGING[table])))
            for row in rows:
                statement = sql.SQL("insert into {} ({}) values %s").format(
                    name, sql.SQL(", ").join(map(sql.Identifier, row))
                )
                execute_values(cursor, statement.as_string(cursor), [tuple(row.values())])
        states = sql.SQL(
            "create or replace view {} as select line_number, true as is_released,"
            " (select max(extract_number) from finance.extract_line as extracted"
            " where extracted.line_number = lines.line_number) as extract_number,"
            " line_number = any({}::bigint[]) as is_disputed from finance.ledger_line as lines"
        ).format(
            states_name,
            sql.Literal(list(disputed)),
        )
        cursor.execute(states)
    switch(warehouse, slot, run_id)


@cache
def stretch_columns() -> dict[str, str]:
    """Columns that rpt_ticket_sla_stretch promises."""
    models = yaml.safe_load((MODELS / "sla" / "_sla.yml").read_text(encoding="utf-8"))["models"]
    (model,) = (model for model in models if model["name"] == "rpt_ticket_sla_stretch")
    return {column["name"]: column["data_type"] for column in model["columns"]}


def let_pass(_: Sequence[Draft]) -> dict[str, list[str]]:
    """A check that finds nothing; the expectations have tests of their own."""
    return {}


def hand(
    warehouse: Warehouse,
    outbox: Path,
    *,
    receivers: Sequence[Receiver] = (FINANCE,),
    as_of: datetime = AS_OF,
    check: Check = let_pass,
) -> HandedOver:
    """Hand over as the transformer."""
    with session(warehouse.transformer_url) as connection:
        return hand_over(connection, outbox=outbox, as_of=as_of, receivers=receivers, check=check)


def contents(outbox: Path) -> dict[str, bytes]:
    """Every file below the outbox by its path there."""
    return {str(path.relative_to(outbox)): path.read_bytes() for path in sorted(outbox.rglob("*")) if path.is_file()}
