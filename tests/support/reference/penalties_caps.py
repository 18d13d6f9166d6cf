"""Caps one after the other, each on what the one before left; the minimum; rounding that stays under the caps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from fractions import Fraction

from tests.support.reference.penalties_line import ZERO, Line
from tests.support.reference.penalties_register import CAPS, Register, Term
from tests.support.reference.penalties_rounding import rounded, rounded_down


def apply_caps(register: Register, lines: Sequence[Line]) -> None:
    """Fill every amount from after_level_cap to penalty of one contract's lines."""
    ordered = sorted(lines, key=lambda line: (line.month, line.penalty_term_id.encode()))
    for line in ordered:
        if line.multiplied > 0 and not line.waits_for_fee:
            _find_limits(register, line)
    amounts = {id(line): ZERO if line.waits_for_fee else line.multiplied for line in ordered}
    for kind in CAPS:
        used: dict[Hashable, Fraction] = defaultdict(Fraction)
        for line in ordered:
            room = _room(register, kind, line)
            if kind in line.limits:
                amounts[id(line)] = max(ZERO, min(amounts[id(line)], line.limits[kind] - used[room]))
            used[room] += amounts[id(line)]
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


def _room(register: Register, kind: str, line: Line) -> Hashable:
    """The lines that share a cap."""
    if kind == "yearly_cap":
        return register.year_of(line.contract_id, line.month)
    shared = {"level_cap": line.term.service_level_id, "pool_cap": line.term.pool_code}.get(kind)
    return line.month, shared


def _find_limits(register: Register, line: Line) -> None:
    """The lowest cap of each kind that holds for the line; without the fee of one of them it waits, and uses up no other."""
    for term_id in register.terms[line.contract_id]:
        for cap in register.in_force(line.contract_id, term_id, line.month):
            if cap.kind not in CAPS or not _covers(cap, line):
                continue
            fee = ZERO if cap.amount is not None else register.fee_of(line.contract_id, cap, line.month)
            if fee is None:
                line.waits_for_fee = True
                continue
            limit = cap.amount if cap.amount is not None else cap.fee_ratio * fee
            line.limits[cap.kind] = min(limit, line.limits.get(cap.kind, limit))


def _covers(cap: Term, line: Line) -> bool:
    if cap.kind == "level_cap":
        return bool(cap.service_level_id == line.term.service_level_id)
    return cap.kind != "pool_cap" or bool(cap.pool_code == line.term.pool_code)
