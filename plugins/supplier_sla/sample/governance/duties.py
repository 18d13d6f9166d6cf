"""What is owed once in a period: reports and training by suppliers, reviews and assessments by the company itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplier_sla.sample.governance.timeline import Stage, Timeline
from supplier_sla.sample.options import first_of_next_month
from supplier_sla.sample.suppliers import BAD, GOOD, RECOVERING, Supplier

Row = dict[str, str]

REPORT = "monthly_service_report"
TRAINING = "safety"

_REPORT_DUE_DAYS = 10
_REVIEW_DUE_DAYS = 30
_PEOPLE = 10
_FEW_PEOPLE = 3


def obligation_term_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `obligation_terms`: of every contract, from the first quarter of the sample on."""
    for obligation, owed_by, kind, subject, months, due_days, target in (
        ("OB-REPORT", "supplier", "supplier_report", REPORT, 1, _REPORT_DUE_DAYS, ""),
        ("OB-TRAINING", "supplier", "training", TRAINING, 3, 0, "0.9"),
        ("OB-REVIEW", "customer", "review_meeting", "", 3, _REVIEW_DUE_DAYS, ""),
        ("OB-ASSESSMENT", "customer", "assessment", "quarterly", 3, 0, ""),
    ):
        yield {
            "obligation_id": obligation,
            "clause": "Annex 5 §1",
            "owed_by": owed_by,
            "obligation_kind": kind,
            "subject_code": subject,
            "period_months": str(months),
            "due_days": str(due_days),
            "target_ratio": target,
            "valid_from": timeline.quarter_starts[0].isoformat(),
        }


def supplier_report_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `supplier_reports`: in time; late while the sliding one is at its worst; of the bad one each second."""
    for supplier in suppliers:
        for number, month in enumerate(timeline.duty_months):
            due = first_of_next_month(month) + timedelta(days=_REPORT_DUE_DAYS - 1)
            generator = timeline.options.random_for("reports", supplier.supplier_id, month)
            handed_in: date | None = due - timedelta(days=generator.randint(1, 6))
            if supplier.behaviour is RECOVERING and month == timeline.month_of(Stage.NOTICE):
                handed_in = due + timedelta(days=8)
            if supplier.behaviour is BAD and number % 2:
                handed_in = None
            yield {
                "supplier_id": supplier.supplier_id,
                "report_code": REPORT,
                "period_month": f"{month:%Y-%m}",
                "due_date": due.isoformat(),
                "handed_in_date": timeline.text(handed_in) if handed_in else "",
            }


def review_meeting_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `review_meetings`: one about each quarter; the one with the city's supplier was forgotten."""
    for quarter in timeline.quarter_starts:
        last_month = first_of_next_month(quarter, 2)
        for supplier in suppliers:
            generator = timeline.options.random_for("review meeting", supplier.supplier_id, quarter)
            planned = first_of_next_month(quarter, 3) + timedelta(days=generator.randint(7, 20))
            held_on = planned + timedelta(days=generator.randint(0, 2))
            held = "" if supplier.delivers_city_shape else timeline.text(held_on)
            yield {
                "meeting_id": f"M-{quarter:%Y-%m}-{supplier.key}",
                "supplier_id": supplier.supplier_id,
                "period_month": f"{last_month:%Y-%m}",
                "planned_date": planned.isoformat(),
                "held_date": held,
                "chaired_by": "vendor manager",
                "evidence": f"minutes M-{quarter:%Y-%m}-{supplier.key}" if held else "",
            }


def training_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `trainings`: due before the sample began and, for half of the people, in the month of the plan."""
    first_due = timeline.duty_months[0] + timedelta(days=14)
    second_due = timeline.day(Stage.PLAN, 20)
    for supplier in suppliers:
        people = _PEOPLE if supplier.ticket_weight else _FEW_PEOPLE
        for number in range(1, people + 1):
            due = second_due if number % 2 == 0 else first_due
            done: date | None = due - timedelta(days=number)
            if supplier.behaviour is BAD and number % 5 in (0, 1):
                done = None
            elif supplier.behaviour is not GOOD and number == 2:
                done = due + timedelta(days=12)
            yield {
                "supplier_id": supplier.supplier_id,
                "person_id": f"P-{supplier.key}-{number:02d}",
                "training_code": TRAINING,
                "due_date": due.isoformat(),
                "done_date": timeline.text(done) if done else "",
            }
