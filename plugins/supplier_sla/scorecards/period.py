"""The period of a scorecard as a person writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from supplier_sla.errors import SupplierSlaError

WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)


class PeriodInvalid(SupplierSlaError):
    """Neither a month nor a quarter nor a year."""


@dataclass(frozen=True)
class CardPeriod:
    """A month, quarter or year of the calendar."""

    kind_code: str
    first_day: date

    def __str__(self) -> str:
        match self.kind_code:
            case "month":
                return f"{self.first_day:%Y-%m}"
            case "quarter":
                return f"{self.first_day.year:04d}-Q{(self.first_day.month + 2) // 3}"
        return f"{self.first_day.year:04d}"


def parse_period(text: str) -> CardPeriod:
    """Read `2026-03`, `2026-Q1` or `2026`.

    Raises:
        PeriodInvalid: see there.
    """
    written = WRITTEN.fullmatch(text)
    if written is None or written["year"] == "0000":
        raise PeriodInvalid(
            "period",
            expected="a month such as 2026-03, a quarter such as 2026-Q1 or a year such as 2026",
            found=repr(text),
            next_step="write it that way",
        )
    year = int(written["year"])
    if written["quarter"]:
        return CardPeriod("quarter", date(year, int(written["quarter"]) * 3 - 2, 1))
    if written["month"]:
        return CardPeriod("month", date(year, int(written["month"]), 1))
    return CardPeriod("year", date(year, 1, 1))
