"""Each layout says the same lines in its own way, the same bytes every time, and refuses what it cannot say."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from supplier_sla.extracts.control import stored_files
from supplier_sla.extracts.extract import Extract, Previous
from supplier_sla.extracts.layouts import LAYOUTS
from supplier_sla.extracts.layouts.oracle_ap import HEADER_COLUMNS, LINE_COLUMNS
from supplier_sla.extracts.receiver import Receiver, load_receivers
from supplier_sla.files.csv_file import csv_bytes, guarded
from supplier_sla.files.xlsx_file import sheet_bytes
from supplier_sla.landing.yaml_model import ConfigurationInvalid

AS_OF = datetime(2026, 3, 2, 22, 54, tzinfo=UTC)


def line(number: int, amount: str, **values: Any) -> dict[str, Any]:
    """A ledger line as the layouts get it, before the receiver's sign."""
    row = {
        "line_number": number, "line_kind": "initial", "contract_id": "C-1", "penalty_term_id": f"T-{number}",
        "period_month": date(2026, 1, 1), "currency_code": "EUR", "amount": Decimal(amount), "supplier_id": "S-1",
        "supplier_name": "Acme", "vendor_number": "10042", "vendor_site_code": "MAIN", "cost_centre": "4100",
        "gl_account": "540100", "tax_treatment_code": "price_reduction", "attempt_number": 1,
    }  # fmt: skip
    return row | values


LINES = [
    line(1, "150.00"),
    line(2, "0.10", clause="=cmd|' /C calc'!A0"),
    line(3, "-40.00", line_kind="adjustment"),
    line(4, "7.00", contract_id="C-2", currency_code="JPY"),
]

ORACLE = {
    "receiver_code": "erp", "layout": "oracle_ap", "tax_codes": {"price_reduction": "VAT-IN"}, "decimals": {"JPY": 0},
    "oracle_ap": {"operating_unit": "Vision Operations", "distribution": "01-{cost_centre}-{gl_account}-000"},
}  # fmt: skip
SAP = {
    "receiver_code": "erp", "layout": "sap", "tax_codes": {"price_reduction": "V1"}, "decimals": {"JPY": 0},
    "sap": {"company_code": "DE01", "decimal_sign": ","},
}  # fmt: skip


def extract_for(settings: Mapping[str, Any], lines: list[dict[str, Any]] | None = None) -> Extract:
    receiver = Receiver.model_validate(settings)
    said = [{**each, "amount": each["amount"] * receiver.amount_sign} for each in lines or LINES]
    evidence = [{"line_number": 1, "evidence_number": 1, "ticket_id": "=7", "source_system": "desk"}]
    return Extract(
        receiver=receiver, number=12, as_of=AS_OF, booking_period=date(2026, 2, 1), previous=Previous(11, "0" * 64),
        lines=said, evidence=evidence, stretches=[],
    )  # fmt: skip


def files(settings: Mapping[str, Any], lines: list[dict[str, Any]] | None = None) -> dict[str, bytes]:
    extract = extract_for(settings, lines)
    layout = LAYOUTS[extract.receiver.layout]
    return {file.name: file.content for file in stored_files(extract, layout, layout.render(extract))}


def read(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_a_formula_for_a_spreadsheet(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_other_text_is_written_as_it_is() -> None:
    assert [guarded(text) for text in ("", "a=b", " =1", "'", None)] == ["", "a=b", " =1", "'", ""]


@pytest.mark.parametrize("settings", [{"receiver_code": "f"}, {"receiver_code": "f", "layout": "xlsx"}, ORACLE, SAP])
def test_the_same_extract_gives_the_same_bytes_and_a_control_file_that_fits(settings: Mapping[str, Any]) -> None:
    found = files(settings)
    assert files(settings) == found
    *_, (main_name, main), (control_name, control) = found.items()
    assert control_name == f"{main_name.rpartition('.')[0]}.control.json", "the control file of the whole is the last"
    said = json.loads(control)
    assert (said["sha256"], said["line_count"]) == (hashlib.sha256(main).hexdigest(), 4)
    assert said["previous_extract"] == {"control_sha256": "0" * 64, "extract_number": 11}
    named = {each["file_name"]: each["sha256"] for each in said["files"]}
    assert named == {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if "control" not in name}
    breaches = read(found["breach_extract_000012.csv"])
    assert breaches[1][breaches[0].index("ticket_id")] == "'=7"


def test_csv_may_go_without_byte_order_mark_and_with_the_other_sign() -> None:
    plain = {"receiver_code": "f", "byte_order_mark": False, "sign": "penalty_negative"}
    content = files(plain)["penalty_extract_000012.csv"]
    header, *rows = read(content)
    assert content.startswith(b"extract_number,")
    assert [row[header.index("amount")] for row in rows] == ["-150.00", "-0.10", "40.00", "-7.00"]
    assert rows[1][header.index("clause")] == "'=cmd|' /C calc'!A0"


def test_the_workbook_opens_adds_up_and_holds_no_formula() -> None:
    content = files({"receiver_code": "f", "layout": "xlsx"})["penalty_extract_000012.xlsx"]
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["lines", "control"]
    header, *rows = book["lines"].iter_rows(values_only=True)
    euros = [row[header.index("amount")] for row in rows if row[header.index("currency_code")] == "EUR"]
    control = [tuple(row) for row in book["control"].iter_rows(values_only=True)]
    assert ("total", "EUR", 110.1) in control
    assert round(sum(euros), 2) == 110.1
    assert {cell.data_type for row in book["lines"].iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    assert rows[1][header.index("clause")] == "'=cmd|' /C calc'!A0"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines_hash = hashlib.sha256(archive.read("xl/worksheets/sheet1.xml")).hexdigest()
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "docProps" in name]
    assert ("lines_sha256", None, lines_hash) in control


def test_a_cell_keeps_what_a_spreadsheet_would_lose() -> None:
    sheet = sheet_bytes([["<&>\x01\r\n", Decimal("9007199254740993.08"), Decimal("0.10"), None]]).decode()
    assert "&lt;&amp;&gt;\ufffd&#13;\n" in sheet
    assert '<c r="B1" t="inlineStr"><is><t xml:space="preserve">9007199254740993.08</t>' in sheet
    assert '<c r="C1"><v>0.10</v></c></row>' in sheet


def test_oracle_gets_an_invoice_per_supplier_contract_currency_and_direction() -> None:
    found = files(ORACLE)
    headers = [
        dict(zip((column.name for column in HEADER_COLUMNS), row, strict=True))
        for row in read(found["ap_invoices_interface_000012.csv"])
    ]
    said = [
        (row["INVOICE_ID"], row["INVOICE_NUM"], row["INVOICE_TYPE_LOOKUP_CODE"], row["INVOICE_AMOUNT"],
         row["INVOICE_CURRENCY_CODE"], row["VENDOR_NUM"], row["VENDOR_SITE_CODE"], row["GROUP_ID"])
        for row in headers
    ]  # fmt: skip
    assert said == [
        ("1200001", "SLA000012-001", "CREDIT", "-150.10", "EUR", "10042", "MAIN", "SLA000012"),
        ("1200002", "SLA000012-002", "STANDARD", "40.00", "EUR", "10042", "MAIN", "SLA000012"),
        ("1200003", "SLA000012-003", "CREDIT", "-7", "JPY", "10042", "MAIN", "SLA000012"),
    ]
    assert {(row["INVOICE_DATE"], row["GL_DATE"]) for row in headers} == {("2026/03/02", "2026/02/28")}
    lines = [
        dict(zip((column.name for column in LINE_COLUMNS), row, strict=True))
        for row in read(found["ap_invoice_lines_interface_000012.csv"])
    ]
    assert [(row["INVOICE_ID"], row["LINE_NUMBER"], row["AMOUNT"]) for row in lines] == [
        ("1200001", "1", "-150.00"), ("1200001", "2", "-0.10"), ("1200002", "1", "40.00"), ("1200003", "1", "-7"),
    ]  # fmt: skip
    for header in headers:
        of_header = [Decimal(row["AMOUNT"]) for row in lines if row["INVOICE_ID"] == header["INVOICE_ID"]]
        assert sum(of_header) == Decimal(header["INVOICE_AMOUNT"])
    assert (lines[0]["DIST_CODE_CONCATENATED"], lines[0]["TAX_CLASSIFICATION_CODE"]) == ("01-4100-540100-000", "VAT-IN")
    assert lines[0]["DESCRIPTION"] == "SLA line 1 2026-01 C-1 T-1"
    control = json.loads(found["ap_invoices_interface_000012.control.json"])
    assert control["control_invoice_count"] == 3
    assert control["control_invoice_total"] == {"EUR": "-110.10", "JPY": "-7.00"}


def test_sap_gets_documents_that_balance() -> None:
    found = files(SAP)
    header, *documents = read(found["sap_documents_000012.csv"], ";")
    by_name = [dict(zip(header, row, strict=True)) for row in documents]
    assert [(row["XBLNR"], row["BLART"], row["WAERS"], row["BUKRS"]) for row in by_name] == [
        ("SLA000012-001", "KG", "EUR", "DE01"), ("SLA000012-002", "KR", "EUR", "DE01"),
        ("SLA000012-003", "KG", "JPY", "DE01"),
    ]  # fmt: skip
    assert {(row["BLDAT"], row["BUDAT"]) for row in by_name} == {("20260302", "20260228")}
    header, *items = read(found["sap_items_000012.csv"], ";")
    rows = [dict(zip(header, row, strict=True)) for row in items]
    for reference in {row["XBLNR"] for row in rows}:
        sides = {
            side: sum(
                Decimal(row["WRBTR"].replace(",", "."))
                for row in rows
                if (row["XBLNR"], row["SHKZG"]) == (reference, side)
            )
            for side in "SH"
        }
        assert sides["S"] == sides["H"] > 0
    assert [(row["BSCHL"], row["SHKZG"], row["LIFNR"], row["HKONT"], row["WRBTR"], row["MWSKZ"]) for row in rows[:3]] == [
        ("21", "S", "10042", "", "150,10", ""), ("50", "H", "", "540100", "150,00", "V1"),
        ("50", "H", "", "540100", "0,10", "V1"),
    ]  # fmt: skip
    assert [(row["BSCHL"], row["SHKZG"]) for row in rows[3:5]] == [("31", "H"), ("40", "S")]
    assert all(len(row["XBLNR"]) <= 16 and len(row["SGTXT"]) <= 50 for row in rows)


def test_a_long_document_of_sap_is_cut_where_sap_ends_it() -> None:
    many = [line(number, "1.00") for number in range(1, 1000)]
    _, *documents = read(files(SAP, many)["sap_documents_000012.csv"], ";")
    assert [row[0] for row in documents] == ["SLA000012-001", "SLA000012-002"]


@pytest.mark.parametrize("settings", [ORACLE, SAP])
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"vendor_number": "=1+1"}, "starts like a formula"),
        ({"vendor_number": "\u202e42"}, "cannot be seen"),
        ({"vendor_number": None}, "vendor_number is missing"),
        ({"gl_account": None}, "gl_account is missing"),
        ({"vendor_number": "1" * 31}, "more than"),
        ({"currency_code": "JPY", "amount": Decimal("7.50")}, "more than 0 decimal places"),
    ],
)
def test_a_code_is_written_as_it_is_or_the_line_is_held(
    settings: Mapping[str, Any], values: dict[str, Any], said: str
) -> None:
    receiver = Receiver.model_validate(settings)
    objection = LAYOUTS[receiver.layout].objection
    assert objection(receiver, line(1, "150.00")) is None
    assert said in str(objection(receiver, {**line(1, "150.00"), **values}))


def test_sap_takes_no_tax_code_that_it_cannot_hold() -> None:
    receiver = Receiver.model_validate({**SAP, "tax_codes": {}})
    assert "tax code 'price_reduction' has more than 2" in str(LAYOUTS["sap"].objection(receiver, line(1, "1.00")))


def test_a_csv_for_programs_has_neither_mark_nor_header() -> None:
    assert csv_bytes([["a", 'b"c']]) == b'a,"b""c"\r\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("receiver_code: f\nlayout: word", "layout"),
        ("receiver_code: g", "as the file is called"),
        ("receiver_code: f\nlayout: oracle_ap\nsign: penalty_positive", "penalty_negative"),
        ("receiver_code: f\nfolder: ../elsewhere", "a path below the outbox"),
        ("receiver_code: f\nleaves: {}", "at least one contract"),
        ("receiver_code: f\ngets: {currencies: [eur]}", "currencies"),
        ("receiver_code: f\noracle_ap: {distribution: '{company}-{gl_account}'}", "no other names in braces"),
    ],
)
def test_a_receiver_with_a_mistake_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "f.yml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=said):
        load_receivers(tmp_path)


def test_two_receivers_never_share_a_folder_and_there_is_at_least_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPLIER_SLA_RECEIVERS", str(tmp_path))
    with pytest.raises(ConfigurationInvalid, match="at least one"):
        load_receivers()
    for code in ("f", "g"):
        (tmp_path / f"{code}.yml").write_text(f"receiver_code: {code}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="one for each"):
        load_receivers()
    (tmp_path / "g.yml").write_text("receiver_code: g\nfolder: g\nlayout: sap", encoding="utf-8")
    assert [(receiver.receiver_code, receiver.amount_sign) for receiver in load_receivers()] == [("f", 1), ("g", 1)]
    monkeypatch.delenv("SUPPLIER_SLA_RECEIVERS")
    assert [receiver.receiver_code for receiver in load_receivers()] == ["finance"]
