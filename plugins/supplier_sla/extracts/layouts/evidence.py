"""The breach extract: the same two CSV files beside every layout."""

from __future__ import annotations

from collections.abc import Sequence

from supplier_sla.extracts.extract import Extract, RenderedFile, Row, text
from supplier_sla.extracts.layouts.columns import BREACH_COLUMNS, STRETCH_COLUMNS
from supplier_sla.extracts.layouts.layout import Column
from supplier_sla.files.csv_file import csv_bytes, guarded

TABLES = {"breach_extract_NNNNNN.csv": BREACH_COLUMNS, "clock_extract_NNNNNN.csv": STRETCH_COLUMNS}


def evidence_files(extract: Extract) -> list[RenderedFile]:
    """The missed tickets behind each line, and the stretches of their clocks."""
    return [
        people_csv(extract, "breach_extract", BREACH_COLUMNS, extract.evidence),
        people_csv(extract, "clock_extract", STRETCH_COLUMNS, extract.stretches),
    ]


def people_csv(extract: Extract, stem: str, columns: Sequence[Column], rows: Sequence[Row]) -> RenderedFile:
    """A CSV that people open in a spreadsheet."""
    content = csv_bytes(
        ([cell(extract, column, row) for column in columns] for row in rows),
        header=[column.name for column in columns],
        byte_order_mark=extract.receiver.byte_order_mark,
    )
    return RenderedFile(extract.name(stem, "csv"), content, len(rows))


def cell(extract: Extract, column: Column, row: Row) -> str:
    """One value: text guarded, figures as they are, nothing for no value."""
    if column.name == "extract_number":
        return str(extract.number)
    if column.name == "booking_period":
        return extract.booking_period.isoformat()
    value = text(row.get(column.name))
    return guarded(value) if column.is_text else value or ""
