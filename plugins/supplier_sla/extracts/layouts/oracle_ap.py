"""Oracle Payables: headers for AP_INVOICES_INTERFACE, lines for AP_INVOICE_LINES_INTERFACE.

Columns, order and date form are those in which Oracle's file-based data import reads the two files: no header, fields
without a value left empty, those behind the last one that we fill left off.
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

DATE = "%Y/%m/%d"


def _unused(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "Empty.") for name in names)


HEADER_COLUMNS = (
    Column("INVOICE_ID", "Joins header and lines: number of the extract times 100000 plus position.", False, 18),
    Column("OPERATING_UNIT", "`operating_unit` of the receiver.", length=240),
    Column("SOURCE", "`source` of the receiver.", length=80),
    Column("INVOICE_NUM", "`batch_prefix`, number of the extract, position: unique per supplier.", length=50),
    Column("INVOICE_AMOUNT", "Sum of the lines: negative on a CREDIT, positive on a STANDARD invoice.", False),
    Column("INVOICE_DATE", "UTC date of the hand-over, YYYY/MM/DD."),
    *_unused("VENDOR_NAME"),
    Column("VENDOR_NUM", "`vendor_number` of the supplier; without one the line is held.", length=30),
    Column("VENDOR_SITE_CODE", "`vendor_site_code` of the supplier.", length=15),
    Column("INVOICE_CURRENCY_CODE", "Currency.", length=15),
    Column("PAYMENT_CURRENCY_CODE", "The same.", length=15),
    Column("DESCRIPTION", "Contract.", length=240),
    Column("GROUP_ID", "`batch_prefix` and number of the extract: one import run.", length=80),
    Column(
        "INVOICE_TYPE_LOOKUP_CODE", "CREDIT: money back from the supplier; STANDARD: a penalty falls.", length=25
    ),
    *_unused(
        "LEGAL_ENTITY_NAME", "CUST_REGISTRATION_NUMBER", "CUST_REGISTRATION_CODE", "FIRST_PARTY_REGISTRATION_NUM",
        "THIRD_PARTY_REGISTRATION_NUM", "TERMS_NAME", "TERMS_DATE", "GOODS_RECEIVED_DATE", "INVOICE_RECEIVED_DATE",
    ),
    Column("GL_DATE", "The invoice date, or the nearest day of the open accounting period."),
)  # fmt: skip

LINE_COLUMNS = (
    Column("INVOICE_ID", "That of the header.", False, 18),
    Column("LINE_NUMBER", "1, 2, 3 within the invoice.", False),
    Column("LINE_TYPE_LOOKUP_CODE", "ITEM.", length=25),
    Column("AMOUNT", "Amount of the ledger line, with the sign of the invoice.", False),
    *_unused("QUANTITY_INVOICED", "UNIT_PRICE", "UNIT_OF_MEAS_LOOKUP_CODE"),
    Column("DESCRIPTION", "Month, contract, clause, ledger line.", length=240),
    *_unused(
        "PO_NUMBER", "PO_LINE_NUMBER", "PO_SHIPMENT_NUM", "PO_DISTRIBUTION_NUM", "ITEM_DESCRIPTION", "RELEASE_NUM",
        "PURCHASING_CATEGORY", "RECEIPT_NUMBER", "RECEIPT_LINE_NUMBER", "CONSUMPTION_ADVICE_NUMBER",
        "CONSUMPTION_ADVICE_LINE_NUMBER", "PACKING_SLIP", "FINAL_MATCH_FLAG",
    ),
    Column("DIST_CODE_CONCATENATED", "`distribution` of the receiver with cost centre and account.", length=250),
    *_unused("DISTRIBUTION_SET_NAME"),
    Column("ACCOUNTING_DATE", "GL_DATE of the header."),
    *_unused("ACCOUNT_SEGMENT", "BALANCING_SEGMENT", "COST_CENTER_SEGMENT"),
    Column("TAX_CLASSIFICATION_CODE", "`tax_codes` of the receiver, else the clause's tax treatment.", length=30),
)  # fmt: skip


def _objection(receiver: Receiver, line: Row) -> str | None:
    needs = receiver.oracle_ap.distribution
    problem = code_objections(
        [
            ("vendor_number", line["vendor_number"], 30, True),
            ("vendor_site_code", line["vendor_site_code"], 15, True),
            ("cost_centre", line["cost_centre"], 250, "{cost_centre}" in needs),
            ("gl_account", line["gl_account"], 250, "{gl_account}" in needs),
            ("tax classification", receiver.tax_code(line["tax_treatment_code"]), 30, False),
        ]
    )
    return problem or amount_objection(receiver, line)


def _render(extract: Extract) -> list[RenderedFile]:
    made = documents(extract)
    headers = [_values(HEADER_COLUMNS, _header(extract, document)) for document in made]
    lines = [
        _values(LINE_COLUMNS, _line(extract, document, number, line))
        for document in made
        for number, line in enumerate(document.lines, start=1)
    ]
    totals: dict[str, Decimal] = {}
    for document in made:
        currency = document.first["currency_code"]
        totals[currency] = totals.get(currency, Decimal(0)) + document.total
    control = {
        "control_invoice_count": len(made),
        "control_invoice_total": {currency: str(total) for currency, total in sorted(totals.items())},
    }
    return [
        RenderedFile(extract.name("ap_invoices_interface", "csv"), csv_bytes(headers), len(headers), control),
        RenderedFile(extract.name("ap_invoice_lines_interface", "csv"), csv_bytes(lines), len(lines)),
        *evidence_files(extract),
    ]


def _values(columns: Sequence[Column], said: dict[str, str]) -> list[str]:
    return [said.get(column.name, "") for column in columns]


def _header(extract: Extract, document: Document) -> dict[str, str]:
    receiver, first = extract.receiver, document.first
    currency = first["currency_code"]
    number = reference(extract, document)
    return {
        "INVOICE_ID": str(_invoice_id(extract, document)),
        "OPERATING_UNIT": receiver.oracle_ap.operating_unit,
        "SOURCE": receiver.oracle_ap.source,
        "INVOICE_NUM": number,
        "INVOICE_AMOUNT": receiver.amount(document.total, currency) or "",
        "INVOICE_DATE": f"{extract.as_of.astimezone(UTC):{DATE}}",
        "VENDOR_NUM": first["vendor_number"],
        "VENDOR_SITE_CODE": first["vendor_site_code"],
        "INVOICE_CURRENCY_CODE": currency,
        "PAYMENT_CURRENCY_CODE": currency,
        "DESCRIPTION": document_description(document, 240),
        "GROUP_ID": number.rpartition("-")[0],
        "INVOICE_TYPE_LOOKUP_CODE": "CREDIT" if document.is_credit else "STANDARD",
        "GL_DATE": extract.booking_date.strftime(DATE),
    }


def _line(extract: Extract, document: Document, number: int, line: Row) -> dict[str, str]:
    receiver = extract.receiver
    return {
        "INVOICE_ID": str(_invoice_id(extract, document)),
        "LINE_NUMBER": str(number),
        "LINE_TYPE_LOOKUP_CODE": "ITEM",
        "AMOUNT": receiver.amount(line["amount"], line["currency_code"]) or "",
        "DESCRIPTION": line_description(line, 240),
        "DIST_CODE_CONCATENATED": receiver.oracle_ap.distribution.format(
            cost_centre=line["cost_centre"] or "", gl_account=line["gl_account"] or ""
        ),
        "ACCOUNTING_DATE": extract.booking_date.strftime(DATE),
        "TAX_CLASSIFICATION_CODE": receiver.tax_code(line["tax_treatment_code"]) or "",
    }


def _invoice_id(extract: Extract, document: Document) -> int:
    return extract.number * 100_000 + document.position


ORACLE_AP = Layout(
    code="oracle_ap",
    version=1,
    tables={
        "ap_invoices_interface_NNNNNN.csv": HEADER_COLUMNS,
        "ap_invoice_lines_interface_NNNNNN.csv": LINE_COLUMNS,
        **TABLES,
    },
    objection=_objection,
    render=_render,
)
