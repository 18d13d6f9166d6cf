"""What happened: measured tickets and other values per service level and month, and their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True)
class Outcome:
    """A ticket measured under a service level; of a miss also when, how late, and whose share."""

    service_level_id: str
    month: int
    ticket_key: str
    is_met: bool = True
    breached_at: datetime | None = None
    overdue_seconds: int = 0
    borne_share: Fraction = Fraction(1)

    @property
    def order(self) -> tuple:
        """The earliest miss first."""
        return self.breached_at, self.ticket_key


@dataclass(frozen=True)
class Counts:
    """Of one level over one or several months."""

    measured: int = 0
    met: int = 0
    breached: int = 0
    attained_quantity: Fraction = Fraction(0)
    measured_quantity: Fraction = Fraction(0)
    misses: tuple[Outcome, ...] = field(default=())

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.measured + other.measured,
            self.met + other.met,
            self.breached + other.breached,
            self.attained_quantity + other.attained_quantity,
            self.measured_quantity + other.measured_quantity,
            tuple(sorted((*self.misses, *other.misses), key=lambda miss: miss.order)),
        )

    @property
    def attained(self) -> Fraction | None:
        """Sums divided, never ratios averaged; None without data."""
        return self.attained_quantity / self.measured_quantity if self.measured_quantity else None


Monthly = dict[tuple[str, int], Counts]


def counted(outcomes: Iterable[Outcome], other_levels: Monthly | None = None) -> Monthly:
    """Tickets counted per level and month; `other_levels` holds surveys and measured values as they are."""
    counts: Monthly = defaultdict(Counts)
    for one in outcomes:
        counts[one.service_level_id, one.month] += Counts(
            1,
            int(one.is_met),
            int(not one.is_met),
            Fraction(int(one.is_met)),
            Fraction(1),
            () if one.is_met else (one,),
        )
    counts.update(other_levels or {})
    return counts


def over(counts: Monthly, level_id: str, months: Iterable[int]) -> Counts:
    """Several months added up."""
    return sum((counts.get((level_id, month), Counts()) for month in months), Counts())


def with_misses_of(window: Counts, period: Counts) -> Counts:
    """Judged on the window, charged for the period."""
    return replace(window, misses=period.misses)
