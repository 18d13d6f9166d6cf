"""When things happen in the sample, as days of its months; in a shorter sample some stages share a month.

The six stages are those of the supplier that recovers: all well, first warning, formal notice, plan and measures,
effect, proof.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum

from supplier_sla.sample.options import SampleOptions, first_of_next_month


class Stage(IntEnum):
    """Where the year stands."""

    WELL = 0
    WARNED = 1
    NOTICE = 2
    PLAN = 3
    EFFECT = 4
    PROOF = 5


class Timeline:
    """The months of a sample and what of them has happened."""

    def __init__(self, options: SampleOptions) -> None:
        self.options = options
        self.months = options.month_starts
        self.contract_start = options.contract_start.isoformat()
        self.today = options.as_of.date()

    def index_of(self, stage: Stage) -> int:
        """Position of a stage's month among the months of the sample."""
        return int(stage) * (len(self.months) - 1) // int(Stage.PROOF)

    def month_of(self, stage: Stage) -> date:
        """First day of a stage's month."""
        return self.months[self.index_of(stage)]

    def day(self, stage: Stage, day: int) -> date:
        """A day of a stage's month."""
        return self.month_of(stage) + timedelta(days=day - 1)

    def has_happened(self, day: date) -> bool:
        """True for a day before that of as_of."""
        return day < self.today

    def text(self, day: date) -> str:
        """The day, or nothing when it has not happened yet."""
        return day.isoformat() if self.has_happened(day) else ""

    @property
    def quarter_starts(self) -> tuple[date, ...]:
        """First days of the calendar quarters that the sample touches, whole or in part."""
        starts = {month.replace(month=(month.month - 1) // 3 * 3 + 1) for month in self.months}
        return tuple(sorted(starts))

    @property
    def duty_months(self) -> tuple[date, ...]:
        """Months from the first of the first quarter to the last of the sample: duties begin with a quarter."""
        months = [self.quarter_starts[0]]
        while months[-1] < self.months[-1]:
            months.append(first_of_next_month(months[-1]))
        return tuple(months)

    @property
    def ended_years(self) -> tuple[int, ...]:
        """Calendar years that the sample touches and that are over."""
        return tuple(year for year in sorted({month.year for month in self.months}) if year < self.today.year)

    def in_time_index(self, month: date) -> int:
        """Position of a month among those of the sample; the nearest one for a month outside."""
        first = self.months[0]
        index = (month.year - first.year) * 12 + month.month - first.month
        return min(max(index, 0), len(self.months) - 1)


def at(day: date, hour: int, minute: int = 0) -> str:
    """An instant (UTC) as ISO 8601 with Z."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
