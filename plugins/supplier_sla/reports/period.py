"""Periods as people write them: 2026-W10, 2026-03, 2026-Q1, 2026."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from supplier_sla.errors import SupplierSlaError

_FORMS = {
    "week": re.compile(r"(?P<year>\d{4})-W(?P<number>\d{2})"),
    "month": re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})"),
    "quarter": re.compile(r"(?P<year>\d{4})-Q(?P<number>[1-4])"),
    "year": re.compile(r"(?P<year>\d{4})(?P<number>)"),
}


class PeriodInvalid(SupplierSlaError):
    """Not a period."""


@dataclass(frozen=True)
class Period:
    """`first` inclusive, `end` exclusive."""

    kind: str
    name: str
    first: date
    end: date


def period_of(text: str) -> Period:
    """The period that `text` names; weeks are those of ISO 8601, from Monday.

    Raises:
        PeriodInvalid: another form, or a week or month that there is not.
    """
    for kind, form in _FORMS.items():
        if match := form.fullmatch(text):
            try:
                return Period(kind, text, *_bounds(kind, int(match["year"]), int(match["number"] or 1)))
            except ValueError:
                break
    raise PeriodInvalid(
        "period", expected="2026-W10, 2026-03, 2026-Q1 or 2026", found=text, next_step="write it in one of these forms"
    )


def _bounds(kind: str, year: int, number: int) -> tuple[date, date]:
    if kind == "week":
        monday = date.fromisocalendar(year, number, 1)
        return monday, monday + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    first = date(year, (number - 1) * months + 1, 1)
    return first, date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)
