"""For systems that book documents: lines grouped into credit memos and invoices, and text that is safe there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from supplier_sla.extracts.extract import Extract, Row
from supplier_sla.files.csv_file import FORMULA_STARTS


@dataclass(frozen=True)
class Document:
    """Lines of one supplier, contract, currency and direction; `position` counts from 1 within the extract.

    A credit memo takes money back from the supplier; what lowers a penalty goes on an invoice. They are never mixed:
    the systems check each line's sign against the type, and a document of 0.00 cannot be booked.
    """

    position: int
    is_credit: bool
    lines: Sequence[Row]

    @property
    def first(self) -> Row:
        """Supplier, contract and currency stand on every line."""
        return self.lines[0]

    @property
    def total(self) -> Decimal:
        """Sum of the lines' amounts, with their sign."""
        return sum((line["amount"] for line in self.lines), Decimal(0))


def documents(extract: Extract, most_lines: int | None = None) -> list[Document]:
    """The documents of an extract, in the order of their first lines; none has more than `most_lines` lines."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for line in extract.lines:
        is_credit = line["amount"] * extract.receiver.amount_sign > 0
        vendor = (line["vendor_number"], line["vendor_site_code"])
        key = (line["supplier_id"], *vendor, line["contract_id"], line["currency_code"], is_credit)
        groups.setdefault(key, []).append(line)
    parts = [
        (bool(key[-1]), lines[start : start + (most_lines or len(lines))])
        for key, lines in groups.items()
        for start in range(0, len(lines), most_lines or len(lines))
    ]
    return [Document(position, is_credit, lines) for position, (is_credit, lines) in enumerate(parts, start=1)]


def reference(extract: Extract, document: Document) -> str:
    """The number of a document: prefix, number of the extract, position. Unique per receiver, so per supplier, too."""
    return f"{extract.receiver.batch_prefix}{extract.number:06d}-{document.position:03d}"


def code_objections(codes: Iterable[tuple[str, str | None, int, bool]]) -> str | None:
    """What is wrong with codes, given as name, value, most characters, whether one is needed; None when nothing is.

    A code is written as it is or not at all: guarded or cut it would name another thing.
    """
    problems = []
    for name, value, length, is_needed in codes:
        if not value:
            if is_needed:
                problems.append(f"{name} is missing")
        elif len(value) > length:
            problems.append(f"{name} {value!r} has more than {length} characters")
        elif value.startswith(FORMULA_STARTS) or not value.isprintable():
            problems.append(f"{name} {value!r} starts like a formula or has signs that cannot be seen")
    return "; ".join(problems) or None


def line_description(line: Row, length: int) -> str:
    """Ledger line, month, contract and clause of a line, cut where the field ends."""
    month = f"{line['period_month']:%Y-%m}"
    return _one_line(f"SLA line {line['line_number']} {month} {line['contract_id']} {line['penalty_term_id']}", length)


def document_description(document: Document, length: int) -> str:
    """The contract of a document, cut where the field ends."""
    return _one_line(f"SLA {document.first['contract_id']}", length)


def _one_line(said: str, length: int) -> str:
    # It begins with a word of ours, so it is never a formula.
    seen = "".join(" " if unicodedata.category(sign).startswith(("C", "Z")) else sign for sign in said)
    return seen[:length]
