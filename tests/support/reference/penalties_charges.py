"""From counts to the amount before the caps: excuse, sample, small volume, failed or not, the form of the clause, the multiplier."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from tests.support.reference.penalties_counts import Counts, Monthly, Outcome, over, with_misses_of
from tests.support.reference.penalties_line import ZERO, Charge, Line
from tests.support.reference.penalties_register import PER_MISS, WITHOUT_LINE, Register, Target, Term
from tests.support.reference.penalties_rounding import rounded

CHARGES_MISSES = (*PER_MISS, "points_per_miss")


def lines_before_caps(register: Register, contract_id: str, counts: Monthly) -> list[Line]:
    """Every line of a contract up to multiplied; the tables of points last, because they look the others' points up."""
    terms = register.terms[contract_id]
    charging = [term_id for term_id, versions in terms.items() if versions[0].kind not in WITHOUT_LINE]
    charging.sort(key=lambda term_id: (terms[term_id][0].kind == "points_band", term_id.encode()))
    lines: list[Line] = []
    for term_id in charging:
        lines += _Clause(register, contract_id, term_id, counts, lines).lines()
    return lines


class _Clause:
    """One clause from the contract's first period to its last: what is carried forward and how often it failed in a row."""

    def __init__(
        self, register: Register, contract_id: str, term_id: str, counts: Monthly, earlier: Sequence[Line]
    ) -> None:
        self.register, self.contract_id, self.term_id = register, contract_id, term_id
        self.counts, self.earlier = counts, earlier
        self.carried = Counts()
        self.failed_in_a_row = 0

    def lines(self) -> list[Line]:
        found = []
        for month in self.register.months(self.contract_id):
            bands = self.register.in_force(self.contract_id, self.term_id, month)
            if bands and (
                (month - self.register.year_of(self.contract_id, month) + 1) % bands[0].period_months == 0
                or self.register.is_last(self.contract_id, month)
            ):
                found.append(self._line(month, bands))
        return found

    def _line(self, month: int, bands: list[Term]) -> Line:
        term = max(bands, key=lambda band: band.attainment_from or band.points_from or 0)
        line = Line(self.contract_id, self.term_id, month, term)
        line.period_from = self.register.period_from(self.contract_id, term, month)
        line.is_complete = self.register.is_complete(self.contract_id, month)
        if term.kind == "points_band":
            _look_points_up(line, bands, self.earlier, self.register)
            return line
        self._count(line)
        if line.is_carried:
            return line
        target = self.register.target(term.service_level_id, month)
        # What was carried forward is no longer small: it is judged with the others, or because the contract ends.
        is_small = line.counts.measured < term.relief_below and term.small_volume_policy != "carry_forward"
        line.is_failed, line.term = _failed(bands, line.term, line.counts, target, is_small=is_small)
        self.failed_in_a_row = self.failed_in_a_row + 1 if line.is_failed else 0
        line.consecutive_failures = self.failed_in_a_row
        self._charge(line, target, is_small=is_small)
        line.multiplier = _multiplier(line.term, self.failed_in_a_row)
        if line.is_pooled:
            line.unit_count *= line.multiplier
        line.multiplied = line.assessed * line.multiplier
        if term.minimum_policy == "raise_to" and line.multiplied > 0:
            line.multiplied = max(line.multiplied, term.minimum_amount or ZERO)
        return line

    def _count(self, line: Line) -> None:
        """The counts it is judged and charged on: window and period, or what was carried forward up to now."""
        term, month = line.term, line.month
        period = over(self.counts, term.service_level_id, range(line.period_from, month + 1))
        if term.small_volume_policy == "carry_forward":
            line.counts = self.carried + period
            is_last = self.register.is_last(self.contract_id, month)
            line.is_carried = line.counts.measured < term.relief_below and not is_last
            self.carried = line.counts if line.is_carried else Counts()
        else:
            is_period = term.window_months == term.period_months
            first = line.period_from if is_period else month - term.window_months + 1
            window = over(self.counts, term.service_level_id, range(first, month + 1))
            line.counts = with_misses_of(window, period)

    def _charge(self, line: Line, target: Target, *, is_small: bool) -> None:
        term = line.term
        if term.kind in CHARGES_MISSES:
            line.charges = _charges(term, line.counts.misses, is_small=is_small)
            line.unit_count = sum((charge.units for charge in line.charges), ZERO)
            line.assessed = sum((charge.amount for charge in line.charges), ZERO)
        elif term.kind == "repeated_failures":
            line.unit_count = Fraction(self._groups(term, line))
        elif line.is_failed:
            line.unit_count = _units(term, target, line.counts)
        if line.is_pooled or term.kind in PER_MISS or not line.unit_count:
            return
        _price(line, self.register)

    def _groups(self, term: Term, line: Line) -> int:
        """Groups of failures that this period completed."""
        assert term.needed is not None
        window = range(line.month - term.failure_months + 1, line.month + 1)
        before = [each for each in window if each < line.period_from]
        return self._failures(term, window) // term.needed - self._failures(term, before) // term.needed

    def _failures(self, term: Term, months: Sequence[int]) -> int:
        if term.failure_unit == "month":
            return sum(missed_its_target(self.register, self.counts, term.service_level_id, month) for month in months)
        return over(self.counts, term.service_level_id, months).breached


def missed_its_target(register: Register, counts: Monthly, level_id: str, month: int) -> bool:
    """Whether a single month of a level, with enough measured, missed its target."""
    target, month_counts = register.target(level_id, month), counts.get((level_id, month), Counts())
    attained = month_counts.attained
    return attained is not None and month_counts.measured >= target.sample and target.is_missed_by(attained)


def _failed(bands: list[Term], term: Term, counts: Counts, target: Target, *, is_small: bool) -> tuple[bool, Term]:
    """Whether the clause applies, and its band that does."""
    attained = counts.attained
    if attained is None or counts.measured < target.sample:
        return False, term
    if is_small and (term.small_volume_policy == "nothing_owed" or counts.breached <= 1):
        return False, term
    if any(band.attainment_from is not None for band in bands):
        holding = [
            b
            for b in bands
            if b.attainment_from <= attained and (b.attainment_to is None or attained < b.attainment_to)
        ]
        return bool(holding), holding[0] if holding else term
    if target.ratio is None:
        return term.kind in CHARGES_MISSES and len(counts.misses) > 0, term
    return target.is_missed_by(attained), term


def _charges(term: Term, misses: Sequence[Outcome], *, is_small: bool) -> list[Charge]:
    """Each missed ticket by itself; what small volume relieves costs nothing."""
    free = 0 if not is_small else 1 if term.small_volume_policy == "one_miss_allowed" else len(misses)
    charges = []
    for position, miss in enumerate(sorted(misses, key=lambda miss: miss.order)):
        units, amount = _unit_and_amount(term, miss)
        is_relieved = position < free
        charges.append(Charge(miss, ZERO if is_relieved else units, ZERO if is_relieved else amount, is_relieved))
    return charges


def _unit_and_amount(term: Term, miss: Outcome) -> tuple[Fraction, Fraction]:
    if term.kind == "points_per_miss":
        return term.points * miss.borne_share, ZERO
    units, amount = miss.borne_share, term.amount * miss.borne_share
    if term.kind == "per_time_late":
        length = 60 * (Fraction(term.row.get("late_unit_minutes") or 60))
        units = cut_units(miss.overdue_seconds / length, term.unit_rounding or "started")
        amount *= units
    if term.ticket_cap_amount is not None:
        amount = min(amount, term.ticket_cap_amount)
    return units, rounded(amount, term.digits) if term.rounding_place == "ticket" else amount


def _units(term: Term, target: Target, counts: Counts) -> Fraction:
    """What the rate of a failed level is multiplied with."""
    if term.kind == "points_per_failure":
        return term.points
    if term.kind not in ("shortfall", "per_point_below"):
        return Fraction(1)
    attained = counts.attained
    if attained is None or target.ratio is None:
        return ZERO
    gap = attained - target.ratio if target.at_most else target.ratio - attained
    if term.kind == "shortfall":
        return gap
    return cut_units(gap / Fraction(term.row.get("point_size") or "0.01"), term.unit_rounding or "whole")


def cut_units(units: Fraction, rounding: str) -> Fraction:
    """Parts of a unit by unit_rounding."""
    if rounding == "exact":
        return units
    return Fraction(math.ceil(units) if rounding == "started" else math.floor(units))


def _price(line: Line, register: Register) -> None:
    """Units times an amount, or times a share of the fee; without the fee the line waits."""
    term = line.term
    if term.amount is not None and term.kind not in ("fee_band", "at_risk", "shortfall"):
        line.assessed = line.unit_count * term.amount
        return
    fee = register.fee_of(line.contract_id, term, line.month)
    if fee is None:
        line.waits_for_fee = True
        return
    rate = Fraction(1) if term.fee_ratio is None else term.fee_ratio
    allocation = term.allocation_ratio if term.kind == "at_risk" else Fraction(1)
    line.assessed = line.unit_count * rate * allocation * fee


def _look_points_up(line: Line, bands: list[Term], earlier: Sequence[Line], register: Register) -> None:
    pooled = [
        other
        for other in earlier
        if other.is_pooled and other.term.pool_code == line.term.pool_code and other.month == line.month
    ]
    line.counts = sum((other.counts for other in pooled), Counts())
    line.unit_count = sum((other.unit_count for other in pooled), ZERO)
    points = line.unit_count
    holding = [b for b in bands if b.points_from <= points and (b.points_to is None or points < b.points_to)]
    if holding:
        line.is_failed, line.term = True, holding[0]
        amount = line.term.amount
        fee = Fraction(0) if amount is not None else register.fee_of(line.contract_id, line.term, line.month)
        line.waits_for_fee = fee is None
        line.assessed = amount if amount is not None else (fee or ZERO) * line.term.fee_ratio
    line.multiplied = line.assessed
    if line.term.minimum_policy == "raise_to" and line.multiplied > 0:
        line.multiplied = max(line.multiplied, line.term.minimum_amount or ZERO)


def _multiplier(term: Term, failed_in_a_row: int) -> Fraction:
    factor = term.repeat_multiplier
    if factor is None or failed_in_a_row < 2:
        return Fraction(1)
    grown = {
        "flat": factor,
        "added": 1 + (factor - 1) * (failed_in_a_row - 1),
        "compounded": factor ** (failed_in_a_row - 1),
    }[term.repeat_growth or "flat"]
    return grown if term.repeat_maximum is None else min(grown, term.repeat_maximum)
