"""Columns of the two files that finance receives."""

from __future__ import annotations

from supplier_sla.extracts.csv_file import Column


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _number(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, is_text=False) for name in names)


# One row per ledger line. amount is what to book; the columns from breached_count to cap_reduction_amount are the
# arithmetic by which a person reaches owed_amount, and owed_amount less what was posted before is amount.
PENALTY_COLUMNS: tuple[Column, ...] = (
    *_number("extract_number", "line_number"),
    *_text("line_kind"),
    *_number("corrects_line_number"),
    *_text(
        "accounting_period", "supplier_id", "supplier_name", "supplier_name_zh", "contract_id", "contract_name",
        "penalty_term_id", "clause", "service_level_id", "period_month", "currency_code",
    ),
    *_number("amount", "owed_amount"),
    *_text("penalty_kind"),
    *_number(
        "breached_count", "measured_count", "attainment_ratio", "band_from", "band_to", "unit_amount", "fee_ratio",
        "fee_amount", "gross_amount", "cap_amount",
    ),
    *_text("cap_clause"),
    *_number("gross_before_amount", "cap_reduction_amount"),
    *_text("tax_treatment_code", "cost_centre", "gl_account", "as_of", "line_hash"),
)  # fmt: skip

# One row per ledger line and breached ticket behind it, down to the line of the delivered file.
BREACH_COLUMNS: tuple[Column, ...] = (
    *_number("extract_number", "line_number", "evidence_number"),
    *_text("contract_id", "penalty_term_id", "period_month", "source_system", "ticket_id", "work_centre_id",
           "service_level_id", "priority_applied_code"),
    *_number("target_seconds", "elapsed_seconds", "overdue_seconds"),
    *_text("started_at", "breached_at", "stopped_at", "status_code", "_source_file"),
    *_number("_source_row_number"),
)  # fmt: skip
