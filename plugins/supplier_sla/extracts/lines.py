"""Reads what an extract says of ledger lines: the lines, the evidence behind them, the clocks of that evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

from supplier_sla.extracts.extract import text

LINES = """
select
    line.line_number, line.line_kind, line.corrects_line_number, line.accounting_period, line.contract_id,
    line.penalty_term_id, line.period_month, line.currency_code, line.amount, line.owed_amount, line.as_of,
    line.line_hash, line.detail, to_jsonb(supplier) as supplier
from finance.ledger_line as line
left join {slot}.dim_supplier as supplier
    on supplier.supplier_id = line.detail ->> 'supplier_id' and supplier.is_current
where line.line_number = any(%(lines)s)
order by line.line_number
"""

EVIDENCE = """
select
    evidence.line_number, evidence.evidence_number, line.contract_id, line.penalty_term_id, line.period_month,
    evidence.detail
from finance.ledger_evidence as evidence
inner join finance.ledger_line as line on line.line_number = evidence.line_number
where evidence.line_number = any(%(lines)s)
order by evidence.line_number, evidence.evidence_number
"""

STRETCHES = """
select stretches.*
from {slot}.rpt_ticket_sla_stretch as stretches
where stretches.ticket_key = any(%(tickets)s)
order by stretches.ticket_key collate "C", stretches.service_level_id collate "C", stretches.ticket_sla_key,
    stretches.from_at, stretches.to_at
"""

# Columns that every line has, so that a layout may ask for them.
LINE_COLUMNS = ("supplier_id", "cost_centre", "gl_account", "tax_treatment_code")


def read_lines(cursor: Cursor, slot: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """The lines in their order, with what was posted about them and the supplier's number in accounts payable."""
    rows = _rows(cursor, sql.SQL(LINES).format(slot=sql.Identifier(slot)), {"lines": list(numbers)})
    return [_line(row) for row in rows]


def read_evidence(cursor: Cursor, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """The missed tickets behind the lines, as known when these were posted."""
    rows = _rows(cursor, sql.SQL(EVIDENCE), {"lines": list(numbers)})
    return [{**row.pop("detail"), **row} for row in rows]


def read_stretches(cursor: Cursor, slot: str, evidence: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stretches of the clocks of the evidence, as the published night sees them."""
    tickets = sorted({row["ticket_key"] for row in evidence})
    if not tickets:
        return []
    clocks: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(cursor, sql.SQL(STRETCHES).format(slot=sql.Identifier(slot)), {"tickets": tickets}):
        clocks[row["ticket_key"], row["service_level_id"]].append(row)
    return [
        {**stretch, "stretch_number": number, **{name: row[name] for name in ("line_number", "evidence_number")}}
        for row in evidence
        for number, stretch in enumerate(_clocks_of(row, clocks), start=1)
    ]


def _clocks_of(row: dict[str, Any], clocks: dict[tuple[str, str], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Of a ticket that was opened again and so measured several times, the measurement that began when the evidence
    says; all of them when none did, because the night has learned of another beginning since.
    """
    found = clocks.get((row["ticket_key"], row["service_level_id"]), [])
    began: dict[str, str | None] = {}
    for stretch in found:
        began.setdefault(stretch["ticket_sla_key"], text(stretch["from_at"]))
    meant = {key for key, at in began.items() if at == row.get("started_at")} or set(began)
    return [stretch for stretch in found if stretch["ticket_sla_key"] in meant]


def _line(row: dict[str, Any]) -> dict[str, Any]:
    supplier = row.pop("supplier") or {}
    detail = {**dict.fromkeys(LINE_COLUMNS), **row.pop("detail")}
    vendor = {name: supplier.get(name) for name in ("vendor_number", "vendor_site_code")}
    return {**detail, **vendor, **row}


def _rows(cursor: Cursor, statement: sql.Composable, values: dict[str, Any]) -> list[dict[str, Any]]:
    with cursor.connection.cursor(cursor_factory=RealDictCursor) as by_name:
        by_name.execute(statement, values)
        return [dict(row) for row in by_name.fetchall()]
