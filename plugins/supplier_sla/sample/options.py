"""What a sample is made from, and the instants that follow from it. Nothing here or below reads a clock."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from supplier_sla.errors import SupplierSlaError

EXPORT_TIME = time(22, 0)
"""Time of day (UTC) of the nightly export."""

HIGHEST_BAD_ROW_SHARE = Decimal("0.5")


def first_of_next_month(month: date, months: int = 1) -> date:
    """The first day of the month that lies `months` after the month of `month`."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def export_instant(month: date) -> datetime:
    """Instant of the export of a month: the night after its last day has ended in every zone of the sample."""
    return datetime.combine(first_of_next_month(month) + timedelta(days=1), EXPORT_TIME, tzinfo=UTC)


@dataclass(frozen=True)
class SampleOptions:
    """Everything that decides the bytes of a sample.

    `suppliers` counts the one that delivers in the city's shape; `tickets_per_month` is for the whole company;
    `first_month` is YYYY-MM; `bad_row_share` is the share of damaged rows added to tickets, ticket_events and
    survey_responses. Raises SupplierSlaError when an option is out of its range.
    """

    out: Path
    seed: int = 20260101
    suppliers: int = 6
    contracts_per_supplier: int = 1
    tickets_per_month: int = 150
    months: int = 6
    first_month: str = "2025-10"
    bad_row_share: Decimal = Decimal("0.005")
    bad_files: bool = True

    def __post_init__(self) -> None:
        _require_between("--suppliers", self.suppliers, 2, 500)
        _require_between("--contracts-per-supplier", self.contracts_per_supplier, 1, 9)
        _require_between("--tickets-per-month", self.tickets_per_month, 1, 10_000_000)
        _require_between("--months", self.months, 1, 120)
        if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", self.first_month):
            raise SupplierSlaError(
                "option --first-month",
                expected="a month as YYYY-MM from 2000-01 on",
                found=repr(self.first_month),
                next_step="give for example --first-month 2025-10",
            )
        if not 0 <= self.bad_row_share <= HIGHEST_BAD_ROW_SHARE:
            raise SupplierSlaError(
                "option --bad-row-share",
                expected=f"a share from 0 to {HIGHEST_BAD_ROW_SHARE}",
                found=str(self.bad_row_share),
                next_step="give for example --bad-row-share 0.005",
            )

    @property
    def month_starts(self) -> tuple[date, ...]:
        """First day of each month of the sample, in order."""
        first = date.fromisoformat(f"{self.first_month}-01")
        return tuple(first_of_next_month(first, months) for months in range(self.months))

    @property
    def as_of(self) -> datetime:
        """Recommended `as_of`: the instant of the last export, at which the last month is complete."""
        return export_instant(self.month_starts[-1])

    @property
    def contract_start(self) -> date:
        """Day on which every contract, calendar and mapping begins: New Year of the year before the first month."""
        return date(self.month_starts[0].year - 1, 1, 1)

    @property
    def amendment_date(self) -> date:
        """First day of the month in the middle of the sample, on which terms are amended."""
        return self.month_starts[self.months // 2]

    def random_for(self, *names: object) -> random.Random:
        """A generator of its own for one part of the sample, so that a change in one part leaves the others alone.

        Only uniform draws and integer arithmetic are made from it: no logarithm, whose last digit differs by platform.
        """
        return random.Random("/".join(str(name) for name in (self.seed, *names)))


def _require_between(option: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise SupplierSlaError(
            f"option {option}",
            expected=f"a whole number from {lowest} to {highest}",
            found=str(value),
            next_step="give a number inside that range",
        )
