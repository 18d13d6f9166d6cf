"""SAP FI: documents as FB65 (vendor credit memo) and FB60 (vendor invoice) take them, by the names of the fields.

Two CSV files with a header line, for an upload program or the accounting document interface: one row per document and
one per item. Each document balances: the vendor's item against the items of the accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal

from supplier_sla.extracts.extract import Extract, RenderedFile, Row
from supplier_sla.extracts.layouts.documents import (
    Document,
    code_objections,
    document_description,
    documents,
    line_description,
    reference,
)
from supplier_sla.extracts.layouts.evidence import TABLES, evidence_files
from supplier_sla.extracts.layouts.layout import Column, Layout, amount_objection
from supplier_sla.extracts.receiver import Receiver
from supplier_sla.files.csv_file import csv_bytes

DATE = "%Y%m%d"

# A document has at most 999 items; one is the vendor's.
MOST_LINES = 998

HEADER_COLUMNS = (
    Column("XBLNR", "`batch_prefix`, number of the extract, position: the reference, unique per receiver.", length=16),
    Column("BUKRS", "`company_code` of the receiver.", length=4),
    Column("BLART", "`credit_memo_type`: money back from the supplier; `invoice_type`: a penalty falls.", length=2),
    Column("BLDAT", "Document date: UTC date of the hand-over, YYYYMMDD."),
    Column("BUDAT", "Posting date: the same, or the nearest day of the open accounting period."),
    Column("WAERS", "Currency.", length=5),
    Column("BKTXT", "Contract.", length=25),
)
ITEM_COLUMNS = (
    Column("XBLNR", "That of the document.", length=16),
    Column("BUZEI", "1, 2, 3 within the document; 1 is the vendor.", False, 3),
    Column("KOART", "K: vendor; S: general ledger account.", length=1),
    Column("BSCHL", "Posting key: 21 or 31 of the vendor, 50 or 40 of the account.", length=2),
    Column("SHKZG", "S: debit; H: credit.", length=1),
    Column("LIFNR", "Vendor; `vendor_number` of the supplier.", length=10),
    Column("HKONT", "General ledger account of the clause.", length=10),
    Column("WRBTR", "Amount, never negative: SHKZG says which side.", False),
    Column("MWSKZ", "Tax code; `tax_codes` of the receiver for the clause's tax treatment.", length=2),
    Column("KOSTL", "Cost centre of the clause.", length=10),
    Column("ZUONR", "Assignment: contract.", length=18),
    Column("SGTXT", "Month, contract, clause, ledger line.", length=50),
)


def _objection(receiver: Receiver, line: Row) -> str | None:
    problem = code_objections(
        [
            ("vendor_number", line["vendor_number"], 10, True),
            ("gl_account", line["gl_account"], 10, True),
            ("cost_centre", line["cost_centre"], 10, False),
            ("tax code", receiver.tax_code(line["tax_treatment_code"]), 2, False),
        ]
    )
    return problem or amount_objection(receiver, line)


def _render(extract: Extract) -> list[RenderedFile]:
    made = documents(extract, MOST_LINES)
    headers = [_values(HEADER_COLUMNS, _header(extract, document)) for document in made]
    items = [_values(ITEM_COLUMNS, item) for document in made for item in _items(extract, document)]
    return [
        _file(extract, "sap_documents", HEADER_COLUMNS, headers, {"control_document_count": len(made)}),
        _file(extract, "sap_items", ITEM_COLUMNS, items, {}),
        *evidence_files(extract),
    ]


def _file(
    extract: Extract, stem: str, columns: Sequence[Column], rows: list[list[str]], control: dict[str, object]
) -> RenderedFile:
    content = csv_bytes(rows, header=[column.name for column in columns], delimiter=";")
    return RenderedFile(extract.name(stem, "csv"), content, len(rows), control)


def _values(columns: Sequence[Column], said: dict[str, str]) -> list[str]:
    return [said.get(column.name, "") for column in columns]


def _header(extract: Extract, document: Document) -> dict[str, str]:
    settings = extract.receiver.sap
    return {
        "XBLNR": reference(extract, document),
        "BUKRS": settings.company_code,
        "BLART": settings.credit_memo_type if document.is_credit else settings.invoice_type,
        "BLDAT": f"{extract.as_of.astimezone(UTC):{DATE}}",
        "BUDAT": extract.booking_date.strftime(DATE),
        "WAERS": document.first["currency_code"],
        "BKTXT": document_description(document, 25),
    }


def _items(extract: Extract, document: Document) -> list[dict[str, str]]:
    first = document.first
    vendor = {
        "XBLNR": reference(extract, document),
        "BUZEI": "1",
        "KOART": "K",
        "BSCHL": "21" if document.is_credit else "31",
        "SHKZG": "S" if document.is_credit else "H",
        "LIFNR": first["vendor_number"],
        "WRBTR": _amount(extract, document.total, first),
        "ZUONR": _assignment(first),
        "SGTXT": line_description(first, 50),
    }
    return [
        vendor,
        *[
            {
                "XBLNR": vendor["XBLNR"],
                "BUZEI": str(number),
                "KOART": "S",
                "BSCHL": "50" if document.is_credit else "40",
                "SHKZG": "H" if document.is_credit else "S",
                "HKONT": line["gl_account"],
                "WRBTR": _amount(extract, line["amount"], line),
                "MWSKZ": extract.receiver.tax_code(line["tax_treatment_code"]) or "",
                "KOSTL": line["cost_centre"] or "",
                "ZUONR": _assignment(line),
                "SGTXT": line_description(line, 50),
            }
            for number, line in enumerate(document.lines, start=2)
        ],
    ]


def _amount(extract: Extract, value: Decimal, line: Row) -> str:
    said = extract.receiver.amount(abs(value), line["currency_code"]) or ""
    return said.replace(".", extract.receiver.sap.decimal_sign)


def _assignment(line: Row) -> str:
    """The contract where it fits, else the ledger line: half an identifier may be another's."""
    contract = str(line["contract_id"])
    return contract if code_objections([("contract_id", contract, 18, True)]) is None else f"LINE {line['line_number']}"


SAP = Layout(
    code="sap",
    version=1,
    tables={"sap_documents_NNNNNN.csv": HEADER_COLUMNS, "sap_items_NNNNNN.csv": ITEM_COLUMNS, **TABLES},
    objection=_objection,
    render=_render,
)
