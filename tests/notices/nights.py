"""Nights made by hand whose due notices can be issued and mailed: the marts' own columns, the state's own views. No dbt."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from psycopg2 import sql
from psycopg2.extras import execute_values

from supplier_sla.database import session
from supplier_sla.notices.dispatch import Mailed, mail_notices
from supplier_sla.notices.issue import Issued, issue_notices
from supplier_sla.notices.mail import MailServer
from supplier_sla.warehouse.slot_relations import layer_schemas
from tests.conftest import REPOSITORY, Warehouse
from tests.support.slot_tables import build_slot, reserve, switch

Row = Mapping[str, Any]

AS_OF = datetime(2026, 7, 15, 12, tzinfo=UTC)
MODELS = REPOSITORY / "dbt_project" / "models"
STATE_VIEWS = ("stg_governance__issued_notices", "stg_governance__notice_mails")
SOURCE = re.compile(r"\{\{ source\('governance', '(\w+)'\) \}\}")
LIMIT = 100

_causes = itertools.count(1)


def due(**values: Any) -> dict[str, Any]:
    """A row of rpt_supplier_notice_due: the third miss of July under contract C-1, unless said otherwise."""
    number = next(_causes)
    row = {
        "notice_due_key": f"key {number}", "notice_rule_id": "NR-3", "rule_valid_from": "2026-01-01",
        "notice_kind": "warning", "trigger_code": "nth_miss", "clause": "Annex 3 §2", "cause_reference": f"cause {number}",
        "cause_at": "2026-07-05T01:02:00Z", "supplier_id": "S-1", "supplier_name": "Acme & Söhne",
        "supplier_name_zh": "极致服务", "contract_id": "C-1", "contract_name": "Desk", "contract_name_zh": "服务台",
        "service_level_id": "SL-1", "service_level_name": "Resolution", "service_level_name_zh": "解决时间",
        "service_level_clause": "4.1", "period_month": "2026-07-01", "ticket_key": "desk/T-3", "ticket_id": "T-3",
        "measured_value": 3, "threshold": 3, "status_code": "due", "not_before_at": AS_OF, "letter_date": "2026-07-15",
        "answer_due_date": "2026-07-25", "language_code": "en", "recipients": "desk@supplier.example",
        "quiet_time_zone": "UTC", "time_zone": "UTC", "as_of": AS_OF,
    }  # fmt: skip
    return row | values


def window(from_at: str, to_at: str, **values: Any) -> dict[str, Any]:
    """A row of int_notice__sending_windows of rules without quiet hours."""
    row = {"quiet_hours": None, "quiet_calendar_id": None, "quiet_time_zone": "UTC", "from_at": from_at, "to_at": to_at}
    return row | values


ALWAYS = window("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")


def night(warehouse: Warehouse, *causes: Row, windows: Sequence[Row] = (ALWAYS,), as_of: datetime = AS_OF) -> None:
    """Publish a slot in which these causes are due."""
    slot, run_id = reserve(warehouse, as_of=as_of)
    build_slot(warehouse, slot)
    schemas = layer_schemas(slot)
    columns = {
        "rpt_supplier_notice_due": due_columns(),
        "int_notice__sending_windows": {
            **dict.fromkeys(("quiet_hours", "quiet_calendar_id", "quiet_time_zone"), "text"),
            **dict.fromkeys(("from_at", "to_at"), "timestamptz"),
        },
    }
    with session(warehouse.transformer_url) as connection, connection, connection.cursor() as cursor:
        for schema, table, rows in (
            (slot, "rpt_supplier_notice_due", causes),
            (schemas["intermediate"], "int_notice__sending_windows", windows),
        ):
            name = sql.Identifier(schema, table)
            definition = sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
                for column, kind in columns[table].items()
            )
            cursor.execute(sql.SQL("drop table if exists {}").format(name))
            cursor.execute(sql.SQL("create table {} ({})").format(name, definition))
            if rows:
                insert = sql.SQL("insert into {} values %s").format(name).as_string(cursor)
                execute_values(cursor, insert, [tuple(row.get(column) for column in columns[table]) for row in rows])
        for view in STATE_VIEWS:
            statement = (MODELS / "staging" / "governance" / f"{view}.sql").read_text(encoding="utf-8")
            cursor.execute(
                sql.SQL("create or replace view {} as {}").format(
                    sql.Identifier(schemas["staging"], view), sql.SQL(SOURCE.sub(r"governance.\1", statement))
                )
            )
    switch(warehouse, slot, run_id)


@cache
def due_columns() -> dict[str, str]:
    """Columns that rpt_supplier_notice_due promises."""
    path = MODELS / "marts" / "supplier_governance" / "_notices.yml"
    models = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    (model,) = (model for model in models if model["name"] == "rpt_supplier_notice_due")
    return {column["name"]: column["data_type"] for column in model["columns"]}


def issue(warehouse: Warehouse, outbox: Path, *, limit: int = LIMIT) -> Issued:
    """Issue as the transformer."""
    with session(warehouse.transformer_url) as connection:
        return issue_notices(connection, outbox=outbox, limit=limit)


def mail(warehouse: Warehouse, server: MailServer, *, as_of: datetime = AS_OF, limit: int = LIMIT) -> Mailed:
    """Mail as the transformer."""
    with session(warehouse.transformer_url) as connection:
        return mail_notices(connection, server, as_of=as_of, limit=limit)


def mail_states(warehouse: Warehouse) -> dict[tuple[int, str], str | None]:
    """The newest outcome by notice and address, as the marts read it."""
    ((slot,),) = warehouse.query("select slot from ops.publication order by publication_id desc limit 1")
    schema = layer_schemas(slot)["staging"]
    rows = warehouse.query(f"select notice_number, address, outcome_code from {schema}.stg_governance__notice_mails")
    return {(number, address): outcome for number, address, outcome in rows}
