"""A line of the reference: one clause in one month, with every step on the way to what is owed."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tests.support.reference.penalties_counts import Counts, Outcome
from tests.support.reference.penalties_register import PER_MISS, Term

ZERO = Fraction(0)


@dataclass
class Charge:
    """What one missed ticket costs; a relieved one nothing."""

    miss: Outcome
    units: Fraction
    amount: Fraction
    is_relieved: bool = False


@dataclass
class Line:
    """Amounts are exact up to after_minimum; those from penalty on are rounded."""

    contract_id: str
    penalty_term_id: str
    month: int
    term: Term
    period_from: int = 0
    counts: Counts = field(default_factory=Counts)
    is_complete: bool = True
    is_carried: bool = False
    is_failed: bool = False
    waits_for_fee: bool = False
    consecutive_failures: int = 0
    unit_count: Fraction = ZERO
    multiplier: Fraction = Fraction(1)
    charges: list[Charge] = field(default_factory=list)
    assessed: Fraction = ZERO
    multiplied: Fraction = ZERO
    after_level_cap: Fraction = ZERO
    after_pool_cap: Fraction = ZERO
    after_monthly_cap: Fraction = ZERO
    after_yearly_cap: Fraction = ZERO
    after_minimum: Fraction = ZERO
    limits: dict[str, Fraction] = field(default_factory=dict)
    penalty: Fraction = ZERO
    earn_back: Fraction = ZERO
    dispute: Fraction = ZERO
    waiver: Fraction = ZERO

    @property
    def breached_count(self) -> int:
        """Misses that are charged are those of the period; the others lowered the attainment of the window."""
        is_charged = self.term.kind in (*PER_MISS, "points_per_miss") or self.term.kind == "points_band"
        return len(self.counts.misses) if is_charged else self.counts.breached

    @property
    def is_pooled(self) -> bool:
        return self.term.kind in ("points_per_miss", "points_per_failure")

    @property
    def owed(self) -> Fraction:
        return self.penalty - self.earn_back - self.dispute - self.waiver

    @property
    def is_decided(self) -> bool:
        return self.is_complete and not self.waits_for_fee and not self.is_carried

    @property
    def status(self) -> str:
        """The first that fits."""
        candidates = {
            "provisional": not self.is_complete,
            "fee_missing": self.waits_for_fee,
            "carried_forward": self.is_carried,
            "no_data": self.counts.attained is None and not self.charges,
            "pooled": self.is_pooled,
            "owed": self.owed > 0,
            "waived": self.waiver > 0,
            "reversed": self.dispute > 0,
            "earned_back": self.earn_back > 0,
        }
        return next((status for status, holds in candidates.items() if holds), "nothing_owed")
