"""XLSX: a sheet with the lines of the plain CSV, and a control sheet to compare it with."""

from __future__ import annotations

from decimal import Decimal

from supplier_sla.extracts.extract import Extract, RenderedFile, Row, text
from supplier_sla.extracts.layouts.columns import PENALTY_COLUMNS
from supplier_sla.extracts.layouts.evidence import TABLES, cell, evidence_files
from supplier_sla.extracts.layouts.layout import Column, Layout, amount_objection
from supplier_sla.files.outbox import sha256
from supplier_sla.files.xlsx_file import Cell, sheet_bytes, xlsx_bytes

CONTROL_COLUMNS = (
    Column("item", "extract_number, receiver_code, booking_period, row_count, total, lines_sha256."),
    Column("currency_code", "Of a total."),
    Column("value", "Its value. lines_sha256 is the SHA-256 of the member xl/worksheets/sheet1.xml, the lines.", False),
)


def _render(extract: Extract) -> list[RenderedFile]:
    lines = sheet_bytes(
        [
            [column.name for column in PENALTY_COLUMNS],
            *[[_cell(extract, column, line) for column in PENALTY_COLUMNS] for line in extract.lines],
        ]
    )
    totals: list[list[Cell]] = [["total", currency, total] for currency, total in extract.totals.items()]
    control: list[list[Cell]] = [
        [column.name for column in CONTROL_COLUMNS],
        ["extract_number", "", Decimal(extract.number)],
        ["receiver_code", "", extract.receiver.receiver_code],
        ["booking_period", "", extract.booking_period.isoformat()],
        ["row_count", "", Decimal(len(extract.lines))],
        *totals,
        ["lines_sha256", "", sha256(lines)],
    ]
    content = xlsx_bytes({"lines": lines, "control": sheet_bytes(control)})
    name = extract.name("penalty_extract", "xlsx")
    return [RenderedFile(name, content, len(extract.lines)), *evidence_files(extract)]


def _cell(extract: Extract, column: Column, line: Row) -> Cell:
    if column.is_text:
        return cell(extract, column, line)
    value = extract.number if column.name == "extract_number" else line.get(column.name)
    if column.name == "amount":
        value = extract.receiver.amount(line["amount"], line["currency_code"])
    return None if value is None else Decimal(text(value) or "0")


WORKBOOK = Layout(
    code="xlsx",
    version=1,
    tables={"Sheet lines": PENALTY_COLUMNS, "Sheet control": CONTROL_COLUMNS, **TABLES},
    objection=amount_objection,
    render=_render,
)
