"""XLSX: a cell becomes the text that its reader sees, and what is no value keeps its row out."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.readers import BrokenRecord
from supplier_sla.landing.readers import spreadsheet as spreadsheet_module
from supplier_sla.landing.readers.header import HeaderOptions
from supplier_sla.landing.readers.spreadsheet import SpreadsheetReader
from supplier_sla.landing.refusal import FileRefused
from tests.support.export_files import with_parts_changed, workbook

Found = tuple[tuple[str, ...], list[tuple[int, list[str]]], list[BrokenRecord]]


def opened(content: bytes, *, sheet: str | None = None, header_row: int | None = None) -> SpreadsheetReader:
    return SpreadsheetReader(
        io.BytesIO(content), sheet=sheet, header=HeaderOptions(header_row=header_row), limits=UnpackLimits()
    )


def read(content: bytes, *, sheet: str | None = None, header_row: int | None = None) -> Found:
    reader = opened(content, sheet=sheet, header_row=header_row)
    good: list[tuple[int, list[str]]] = []
    broken: list[BrokenRecord] = []
    for batch in reader.batches():
        good.extend(zip(batch.lines, map(list, batch.records), strict=True))
        broken.extend(batch.broken)
    return tuple(reader.header), good, broken


def value_of(cell: Any, number_format: str | None = None) -> str:
    """One cell, written and read."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["id", "value"])
    page.append(["T1", cell])
    if number_format:
        page["B2"].number_format = number_format
    buffer = io.BytesIO()
    book.save(buffer)
    _, ((_, record),), broken = read(buffer.getvalue())
    assert broken == []
    return record[1]


@pytest.mark.parametrize(
    ("cell", "number_format", "text"),
    [
        (7, None, "7"),
        (7.0, None, "7"),
        (0.1 + 0.2, None, "0.3"),
        (1234.5, "#,##0.00", "1234.5"),
        (1e-7, None, "0.0000001"),
        (-0.0, None, "0"),
        (1e21, None, "1000000000000000000000"),
        (123456789012345, None, "123456789012345"),
        (True, None, "true"),
        (False, None, "false"),
        ("00123", None, "00123"),
        ("line\nbreak", None, "line\nbreak"),
        ("carriage_x000D_\nreturn", None, "carriage\r\nreturn"),
        (" padded ", None, " padded "),
        (date(2026, 1, 5), None, "2026-01-05"),
        (datetime(2026, 1, 5, 9, 12, 44), None, "2026-01-05T09:12:44"),
        (datetime(2026, 1, 5), "yyyy-mm-dd hh:mm:ss", "2026-01-05T00:00:00"),
        (datetime(2026, 1, 5, 9, 12), "dd/mm/yyyy", "2026-01-05T09:12:00"),
        (datetime(2026, 1, 5), '[$-407]d. mmmm yyyy "hours"', "2026-01-05"),
        (time(9, 12), None, "09:12:00"),
        (timedelta(hours=26, minutes=30), None, "26:30:00"),
        (46027.5, "General", "46027.5"),
    ],
)
def test_a_cell_becomes_the_text_that_its_reader_means(cell: Any, number_format: str | None, text: str) -> None:
    assert value_of(cell, number_format) == text


def test_rows_come_with_their_number_and_empty_ones_are_no_records() -> None:
    content = workbook(["id", "text"], [["T1", "a"], [None, None], ["T2"], [None, "b"]])
    assert read(content)[1] == [(2, ["T1", "a"]), (4, ["T2", ""]), (5, ["", "b"])]


def test_types_may_change_from_row_to_row() -> None:
    content = workbook(["id", "value"], [["T1", 1], ["T2", "one"], ["T3", 1.5], ["T4", True], [5, date(2026, 1, 5)]])
    records = [record for _, record in read(content)[1]]
    assert records == [["T1", "1"], ["T2", "one"], ["T3", "1.5"], ["T4", "true"], ["5", "2026-01-05"]]


def test_a_formula_counts_by_its_stored_value_and_one_without_keeps_its_row_out() -> None:
    content = workbook(["id", "value"], [["T1", "x"], ["T2", "x"], ["T3", "x"]])
    stored = {"B2": "<f>1+1</f><v>2</v>", "B3": "<f>1+1</f><v/>", "B4": "<f>A1</f><v></v>"}

    def with_formulas(text: str) -> str:
        for coordinate, inside in stored.items():
            start = text.index(f'<c r="{coordinate}"')
            end = text.index("</c>", start)
            kind = ' t="str"' if coordinate == "B4" else ""
            text = f'{text[:start]}<c r="{coordinate}"{kind}>{inside}{text[end:]}'
        return text

    _, good, broken = read(with_parts_changed(content, "xl/worksheets/sheet1.xml", with_formulas))
    assert good == [(2, ["T1", "2"]), (4, ["T3", ""])]
    assert [(found.line, found.reason_code, found.column) for found in broken] == [(3, "error_cell", "value")]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#NAME?"])
def test_a_cell_with_an_error_keeps_its_row_out(error: str) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["id", "value"], ["T1", error], ["T2", 2]):
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    _, good, broken = read(buffer.getvalue())
    assert good == [(3, ["T2", "2"])]
    assert [(found.line, found.reason_code, found.found, found.column) for found in broken] == [
        (2, "error_cell", error, "value")
    ]


def test_a_nul_and_a_value_outside_the_header_keep_their_rows_out() -> None:
    content = workbook(["id", "text"], [["T1", "a_x0000_b"], ["T2", "b", "c"], ["T3", "c"]])
    _, good, broken = read(content)
    assert good == [(4, ["T3", "c"])]
    assert [(found.line, found.reason_code) for found in broken] == [(2, "nul_byte"), (3, "wrong_field_count")]


def test_the_sheet_and_the_header_row_are_what_the_profile_says() -> None:
    content = workbook(["id", "text"], [["T1", "a"]], sheet="Tickets", above=[["Export of June"], [""]])
    reader = opened(content, sheet="TICKETS", header_row=3)
    assert (reader.header, reader.lines_skipped) == (("id", "text"), 2)
    assert read(content, sheet="Tickets", header_row=3)[1] == [(4, ["T1", "a"])]


def test_without_a_name_the_first_visible_sheet_counts() -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Shown").append(["id", "text"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue())[0] == ("id", "text")


@pytest.mark.parametrize(
    ("sheet", "header_row", "complaint"),
    [
        pytest.param("Incidents", None, "expected a sheet named Incidents; found Sheet", id="wrong sheet"),
        pytest.param(None, 2, "found an empty row", id="empty header row"),
        pytest.param(None, 9, "found 3 rows in the sheet Sheet", id="header row below the last"),
    ],
)
def test_a_sheet_or_header_row_that_is_missing_refuses_the_file(
    sheet: str | None, header_row: int | None, complaint: str
) -> None:
    content = workbook(["id", "text"], [[None, None], ["T1", "a"]])
    with pytest.raises(FileRefused) as refusal:
        read(content, sheet=sheet, header_row=header_row)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"id,text\n1,one\n", "a complete XLSX file", id="CSV"),
        pytest.param(workbook(["id"], [["T1"]])[:-200], "a complete XLSX file", id="cut off"),
        pytest.param(workbook([], []), "the sheet Sheet is empty", id="empty sheet"),
        pytest.param(workbook(["id", "ID"], []), "ID twice", id="column twice"),
        pytest.param(workbook(["id", "", "text"], []), "column 2 without one", id="unnamed column"),
        pytest.param(
            with_parts_changed(workbook(["id"], [["T1"]]), "xl/worksheets/sheet1.xml", lambda text: text[:-30]),
            "a complete XLSX file",
            id="damaged sheet",
        ),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    assert complaint in str(refusal.value)


def test_too_many_shared_texts_refuse_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet_module, "MOST_BYTES_BESIDE_SHEETS", 100)
    with pytest.raises(FileRefused, match="texts shared by cells"):
        read(workbook(["id"], [[f"T{number}"] for number in range(50)]))
