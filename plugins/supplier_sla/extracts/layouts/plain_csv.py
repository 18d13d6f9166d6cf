"""Plain CSV: one row per ledger line with its whole arithmetic."""

from __future__ import annotations

from supplier_sla.extracts.extract import Extract, RenderedFile
from supplier_sla.extracts.layouts.columns import PENALTY_COLUMNS
from supplier_sla.extracts.layouts.evidence import TABLES, evidence_files, people_csv
from supplier_sla.extracts.layouts.layout import Layout, amount_objection


def _render(extract: Extract) -> list[RenderedFile]:
    lines = [
        {**line, "amount": extract.receiver.amount(line["amount"], line["currency_code"])} for line in extract.lines
    ]
    return [people_csv(extract, "penalty_extract", PENALTY_COLUMNS, lines), *evidence_files(extract)]


PLAIN_CSV = Layout(
    code="csv",
    version=2,
    tables={"penalty_extract_NNNNNN.csv": PENALTY_COLUMNS, **TABLES},
    objection=amount_objection,
    render=_render,
)
