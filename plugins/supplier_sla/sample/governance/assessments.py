"""Assessments: a full one each quarter, one of the year, and what was found on site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplier_sla.sample.governance.timeline import Stage, Timeline
from supplier_sla.sample.options import first_of_next_month
from supplier_sla.sample.suppliers import BAD, RECOVERING, Supplier

Row = dict[str, str]

_CRITERIA = (("quality", "40"), ("delivery", "30"), ("communication", "20"), ("safety", "10"))
_FINDINGS = {
    BAD.name: (
        ("spare_parts", "20", "critical", "备件柜上锁，夜班没有钥匙"),
        ("documentation", "45", "major", "Drawings of 2019, three lines missing"),
    ),
    RECOVERING.name: (("staffing", "60", "minor", "Nine seats, five agents at eleven o'clock"),),
}


def assessment_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `assessments`; the first quarterly one of the city's supplier was forgotten, a breach of our own."""
    for quarter in timeline.quarter_starts:
        day = first_of_next_month(quarter, 2) + timedelta(days=17)
        for supplier in suppliers:
            is_forgotten = supplier.delivers_city_shape and quarter == timeline.quarter_starts[0]
            if timeline.has_happened(day) and not is_forgotten:
                yield from _assessed(timeline, supplier, "quarterly", f"A-{quarter:%Y-%m}-{supplier.key}", day)
    for year in timeline.ended_years:
        day = date(year + 1, 1, 12)
        for supplier in suppliers:
            if timeline.has_happened(day):
                yield from _assessed(timeline, supplier, "yearly", f"A-{year}-{supplier.key}", day)
    day = timeline.day(Stage.NOTICE, 9)
    for supplier in suppliers:
        if timeline.has_happened(day):
            yield from _found_on_site(supplier, day)


def _assessed(timeline: Timeline, supplier: Supplier, kind: str, assessment_id: str, day: date) -> Iterator[Row]:
    """Scores that follow how well the supplier works in that month, give or take a few points."""
    month_index = timeline.in_time_index(day if kind == "quarterly" else day - timedelta(days=12))
    in_time = supplier.behaviour.in_time_per_thousand(month_index, len(timeline.months))
    generator = timeline.options.random_for("assessment", assessment_id)
    for criterion, weight in _CRITERIA:
        score = (in_time - 400) // 6 + generator.randint(-3, 3)
        yield {
            "assessment_id": assessment_id,
            "assessment_kind": kind,
            "supplier_id": supplier.supplier_id,
            "assessed_date": day.isoformat(),
            "criterion_code": criterion,
            "weight": weight,
            "score": str(min(score, 100)),
            "assessed_by": "vendor manager",
        }


def _found_on_site(supplier: Supplier, day: date) -> Iterator[Row]:
    for criterion, score, severity, text in _FINDINGS.get(supplier.behaviour.name, ()):
        yield {
            "assessment_id": f"A-SITE-{supplier.key}",
            "assessment_kind": "on_site",
            "supplier_id": supplier.supplier_id,
            "assessed_date": day.isoformat(),
            "criterion_code": criterion,
            "weight": "50",
            "score": score,
            "finding_severity": severity,
            "assessed_by": "auditor",
            "finding_text": text,
        }
