"""Papers a supplier must hold: one has expired, one is about to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplier_sla.sample.governance.timeline import Stage, Timeline
from supplier_sla.sample.suppliers import BAD, RECOVERING, Supplier

Row = dict[str, str]

_SECURITY = "iso_27001"
_INSURANCE = "liability_insurance"

# Paper, category it is asked of, names, kind.
_TERMS = (
    ("business_licence", "", "Business licence", "营业执照", "licence"),
    (_INSURANCE, "", "Liability insurance", "责任保险", "insurance"),
    (_SECURITY, "it_support", "Information security certificate", "信息安全认证", "certification"),
    (_SECURITY, "network", "Information security certificate", "信息安全认证", "certification"),
)
_EXPIRES_IN_DAYS = 30


def qualification_term_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `qualification_terms`: all are required, expiry is announced two months ahead."""
    for code, category, name, name_zh, kind in _TERMS:
        yield {
            "qualification_code": code,
            "supplier_category_code": category,
            "qualification_name": name,
            "qualification_name_zh": name_zh,
            "qualification_kind": kind,
            "is_required": "true",
            "warn_days": "60",
            "clause": "Annex 6 §1",
            "valid_from": timeline.contract_start,
        }


def qualification_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `qualifications`: a certificate of the bad supplier has expired, an insurance is about to."""
    begin = timeline.options.contract_start
    for supplier in suppliers:
        for code, category, *_ in _TERMS:
            if category in ("", supplier.category):
                yield {
                    "supplier_id": supplier.supplier_id,
                    "qualification_code": code,
                    "document_number": f"{supplier.country.code}-{supplier.key}-{code[:3].upper()}",
                    "valid_from": begin.isoformat(),
                    "valid_to": _valid_to(timeline, supplier, code).isoformat(),
                }


def _valid_to(timeline: Timeline, supplier: Supplier, code: str) -> date:
    if supplier.behaviour is BAD and code == _SECURITY:
        return timeline.day(Stage.WARNED, 16)
    if supplier.behaviour is RECOVERING and code == _INSURANCE:
        return timeline.today + timedelta(days=_EXPIRES_IN_DAYS)
    return date(timeline.today.year + 2, 1, 1)
