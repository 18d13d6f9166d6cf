"""Caps one after the other, each on what the one before left; the minimum; rounding that stays under the caps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from fractions import Fraction

from tests.support.reference.penalties_line import ZERO, Line
from tests.support.reference.penalties_register import CAPS, Register
from tests.support.reference.penalties_rounding import rounded, rounded_down


def apply_caps(register: Register, lines: Sequence[Line]) -> None:
    """Fill every amount from after_level_cap to penalty of one contract's lines."""
    ordered = sorted(lines, key=lambda line: (line.month, line.penalty_term_id.encode()))
    amounts = {id(line): line.multiplied for line in ordered}
    for kind in CAPS:
        used: dict[Hashable, Fraction] = defaultdict(Fraction)
        for line in ordered:
            amount = amounts[id(line)]
            if amount > 0 and _covers(kind, line) and not line.waits_for_fee:
                limit, is_known = _limit(register, kind, line)
                line.waits_for_fee = not is_known
                if limit is not None:
                    line.limits[kind] = limit
                    amount = max(ZERO, min(amount, limit - used[_room(register, kind, line)]))
            amounts[id(line)] = ZERO if line.waits_for_fee else amount
            used[_room(register, kind, line)] += amounts[id(line)]
            setattr(line, f"after_{kind}", amounts[id(line)])
    for line in ordered:
        minimum = line.term.minimum_amount if line.term.minimum_policy in (None, "waive_below") else None
        line.after_minimum = ZERO if line.after_yearly_cap < (minimum or ZERO) else line.after_yearly_cap
        line.penalty = rounded(line.after_minimum, line.term.digits)
    for kind in CAPS:
        _cut_roundings(register, kind, ordered)


def _cut_roundings(register: Register, kind: str, ordered: Sequence[Line]) -> None:
    """The last lines lose what rounding put above a cap."""
    used: dict[Hashable, Fraction] = defaultdict(Fraction)
    for line in ordered:
        room = _room(register, kind, line)
        if kind in line.limits and line.penalty > 0:
            left = max(ZERO, line.limits[kind] - used[room])
            line.penalty = min(line.penalty, rounded_down(left, line.term.digits))
        used[room] += line.penalty


def _covers(kind: str, line: Line) -> bool:
    if kind == "level_cap":
        return line.term.service_level_id is not None
    return kind != "pool_cap" or line.term.pool_code is not None


def _room(register: Register, kind: str, line: Line) -> Hashable:
    """The lines that share a cap."""
    if kind == "yearly_cap":
        return register.year_of(line.contract_id, line.month)
    shared = {"level_cap": line.term.service_level_id, "pool_cap": line.term.pool_code}.get(kind)
    return line.month, shared


def _limit(register: Register, kind: str, line: Line) -> tuple[Fraction | None, bool]:
    """The lowest cap of the kind that holds for the line; False when the fee of one is not known."""
    limits: list[Fraction] = []
    for term_id in register.terms[line.contract_id]:
        for cap in register.in_force(line.contract_id, term_id, line.month):
            if cap.kind != kind:
                continue
            if kind == "level_cap" and cap.service_level_id != line.term.service_level_id:
                continue
            if kind == "pool_cap" and cap.pool_code != line.term.pool_code:
                continue
            fee = Fraction(0) if cap.amount is not None else register.fee_of(line.contract_id, cap, line.month)
            if fee is None:
                return None, False
            limits.append(cap.amount if cap.amount is not None else cap.fee_ratio * fee)
    return min(limits, default=None), True
