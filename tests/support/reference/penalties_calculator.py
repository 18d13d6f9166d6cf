"""A person with the extract's CSV files, the contract and a calculator: every line recomputed from what stands beside its amount."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from tests.support.reference.penalties_charges import cut_units
from tests.support.reference.penalties_register import PER_MISS, Register, Term, month_of, number
from tests.support.reference.penalties_rounding import rounded

Row = Mapping[str, str]

STEPS = ("multiplied", "after_level_cap", "after_pool_cap", "after_monthly_cap", "after_yearly_cap")
CAP_OF_STEP = dict(zip(STEPS[1:], ("level_cap", "pool_cap", "monthly_cap", "yearly_cap"), strict=True))
# The files carry the steps before the rounding to twelve decimal places.
ALMOST = Fraction(1, 10**9)


def read_csv(path: Path) -> list[dict[str, str]]:
    """An extract as spreadsheets read it."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def mistakes(lines: Sequence[Row], tickets: Sequence[Row], register: Register) -> Iterator[str]:
    """What a person finds wrong: the line, what stands there and what the calculator says."""
    amounts: dict[str, list[Row]] = defaultdict(list)
    for ticket in tickets:
        amounts[ticket["line_number"]].append(ticket)
    owed: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    for row in lines:
        key = (row["contract_id"], row["penalty_term_id"], row["period_month"], row["currency_code"])
        owed[key] += Fraction(row["amount"])
        for name, found, expected in _steps(row, amounts[row["line_number"]], register, owed[key]):
            if abs(found - expected) > (ALMOST * max(Fraction(1), abs(expected)) if name.startswith("~") else 0):
                yield f"line {row['line_number']} {key}: {name} is {float(found)}, recomputed {float(expected)}"


def _steps(
    row: Row, tickets: Sequence[Row], register: Register, owed: Fraction
) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Name of a column (a tilde before what is not rounded), what stands there, what it comes to."""
    yield "owed_amount", Fraction(row["owed_amount"]), owed
    if row["line_kind"] not in ("initial", "adjustment") or not row["multiplied_amount"]:
        return
    month = month_of(row["period_month"])
    term = _band(row, register.in_force(row["contract_id"], row["penalty_term_id"], month))
    at = {
        name.removesuffix("_amount"): Fraction(value)
        for name, value in row.items()
        if name.endswith("_amount") and value
    }
    yield "~assessed_amount", at["assessed"], _assessed(row, tickets, term)
    multiplied = at["assessed"] * Fraction(row["multiplier"])
    if term.minimum_policy == "raise_to" and multiplied > 0:
        multiplied = max(multiplied, term.minimum_amount or Fraction(0))
    yield "~multiplied_amount", at["multiplied"], multiplied
    limits = _limits(row, register, month)
    for before, after in pairwise(STEPS):
        limit = limits.get(CAP_OF_STEP[after])
        # What is left of a cap depends on lines that may not be in the file; alone a line never gets more than all of it.
        yield f"~{after}_amount", at[after], at[before] if limit is None else min(at[before], at[after], limit)
    waived = term.minimum_policy in (None, "waive_below") and at["after_yearly_cap"] < (term.minimum_amount or 0)
    yield "~after_minimum_amount", at["after_minimum"], Fraction(0) if waived else at["after_yearly_cap"]
    nearest = rounded(at["after_minimum"], term.digits)
    # Under a cap the last lines lose what rounding put above it; one that is rounded to whole units can push others down more.
    coarsest = min(other.digits for versions in register.terms[row["contract_id"]].values() for other in versions)
    is_cut = bool(limits) and 0 < nearest - at["penalty"] <= Fraction(2, 10**coarsest)
    yield "penalty_amount", at["penalty"], at["penalty"] if is_cut else nearest
    given_back = at["earn_back"] + at["dispute_reduction"] + at["waiver"]
    yield (
        "owed_amount less what is given back",
        at["penalty"] - given_back,
        max(at["penalty"] - given_back, Fraction(0)),
    )


def _band(row: Row, bands: Sequence[Term]) -> Term:
    """The band that the line names."""
    low = number(row["band_from"])
    return next(
        (band for band in bands if low is not None and low in (band.attainment_from, band.points_from)), bands[0]
    )


def _assessed(row: Row, tickets: Sequence[Row], term: Term) -> Fraction:
    """Rate x units x base."""
    if row["penalty_kind"] in PER_MISS:
        return sum((Fraction(ticket["amount"] or 0) for ticket in tickets), Fraction(0))
    rate = number(row["unit_amount"])
    if rate is None:
        rate = Fraction(row["fee_ratio"] or 0) * Fraction(row["fee_amount"] or 0)
    return rate * Fraction(row["allocation_ratio"] or 1) * _units(row, term)


def _units(row: Row, term: Term) -> Fraction:
    if row["penalty_kind"] == "points_band":
        return Fraction(1 if row["is_failed"] == "true" else 0)
    if row["penalty_kind"] not in ("shortfall", "per_point_below"):
        return Fraction(row["unit_count"] or 0)
    if row["is_failed"] != "true":
        return Fraction(0)
    measured = int(row["measured_count"])
    gap = Fraction(row["attainment_target"]) - Fraction(measured - int(row["breached_count"]), measured)
    if row["penalty_kind"] == "shortfall":
        return gap
    return cut_units(gap / Fraction(term.row.get("point_size") or "0.01"), term.unit_rounding or "whole")


def _limits(row: Row, register: Register, month: int) -> dict[str, Fraction]:
    """Caps that the contract names for the line."""
    limits: dict[str, Fraction] = {}
    for term_id in register.terms[row["contract_id"]]:
        for cap in register.in_force(row["contract_id"], term_id, month):
            if cap.kind not in CAP_OF_STEP.values():
                continue
            if cap.kind == "level_cap" and cap.service_level_id != (row["service_level_id"] or None):
                continue
            if cap.kind == "pool_cap" and cap.pool_code != (row["pool_code"] or None):
                continue
            fee = register.fee_of(row["contract_id"], cap, month) if cap.amount is None else Fraction(0)
            if fee is not None:
                limit = cap.amount if cap.amount is not None else cap.fee_ratio * fee
                limits[cap.kind] = min(limit, limits.get(cap.kind, limit))
    return limits
