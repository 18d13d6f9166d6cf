"""A night's penalty lines beside those of the reference, and the first step at which they part."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.conftest import Warehouse
from tests.support.reference.penalties_books import Book
from tests.support.reference.penalties_line import Line
from tests.support.reference.penalties_register import first_day

Key = tuple[str, str, date]
Steps = dict[str, Any]

# PostgreSQL divides to some twenty digits; the steps before the rounding may differ in the last of them.
ALMOST = Fraction(1, 10**9)
EXACT = ("attainment_ratio", "unit_count", "multiplier", "assessed_amount", "multiplied_amount", "after_level_cap_amount",
         "after_pool_cap_amount", "after_monthly_cap_amount", "after_yearly_cap_amount", "after_minimum_amount")  # fmt: skip
ROUNDED = ("penalty_amount", "earn_back_amount", "dispute_reduction_amount", "waiver_amount", "owed_amount")
JUDGED = ("measured_count", "breached_count", "is_failed", "consecutive_failures")
UNDECIDED = ("provisional", "fee_missing", "carried_forward")


@dataclass(frozen=True)
class Difference:
    """One line on which models and reference do not agree, and the first column in the order of the steps."""

    key: Key
    column: str
    expected: Steps | None
    found: Steps | None

    def __str__(self) -> str:
        return f"{self.key}: {self.column}\n  reference: {_shown(self.expected)}\n  models:    {_shown(self.found)}"


def steps_of(line: Line) -> Steps:
    """A line of the reference in the columns of fct_penalty."""
    return {
        "currency_code": None,
        "period_from": first_day(line.period_from),
        "measured_count": line.counts.measured,
        "breached_count": line.breached_count,
        "attainment_ratio": None if line.term.kind == "points_band" else line.counts.attained,
        "is_failed": line.is_failed,
        "consecutive_failures": line.consecutive_failures,
        "unit_count": line.unit_count,
        "multiplier": line.multiplier,
        "assessed_amount": line.assessed,
        "multiplied_amount": line.multiplied,
        "after_level_cap_amount": line.after_level_cap,
        "after_pool_cap_amount": line.after_pool_cap,
        "after_monthly_cap_amount": line.after_monthly_cap,
        "after_yearly_cap_amount": line.after_yearly_cap,
        "after_minimum_amount": line.after_minimum,
        "penalty_amount": line.penalty,
        "earn_back_amount": line.earn_back,
        "dispute_reduction_amount": line.dispute,
        "waiver_amount": line.waiver,
        "status_code": line.status,
        "owed_amount": line.owed,
    }


def expected_lines(book: Book, as_of: datetime) -> dict[Key, Steps]:
    """The reference's lines by contract, clause and month."""
    currency = {row["contract_id"]: row["currency_code"] for row in book.exports["contracts"]}
    return {
        (line.contract_id, line.penalty_term_id, first_day(line.month)): steps_of(line)
        | {"currency_code": currency[line.contract_id]}
        for line in book.expected(as_of)
    }


def published_lines(warehouse: Warehouse) -> dict[Key, Steps]:
    """Every row of marts.fct_penalty."""
    columns = ("currency_code", "period_from", *JUDGED, *EXACT, *ROUNDED, "status_code")
    rows = warehouse.query(
        f"select contract_id, penalty_term_id, period_month, {', '.join(columns)} from marts.fct_penalty"
    )
    return {row[:3]: dict(zip(columns, row[3:], strict=True)) for row in rows}


def differences(expected: Mapping[Key, Steps], found: Mapping[Key, Steps]) -> list[Difference]:
    """Lines that are not the same in both, column by column in the order of the steps."""
    differing = []
    for key in sorted(expected.keys() | found.keys()):
        ours, theirs = expected.get(key), found.get(key)
        column = "has no such line" if ours is None or theirs is None else _first_difference(ours, theirs)
        if column:
            differing.append(Difference(key, column, ours, theirs))
    return differing


def report(book: Book, found: Iterable[Difference]) -> str:
    """How many differ where, and the one in the smallest contract with the rows of that contract."""
    found = list(found)
    if not found:
        return ""
    about = {one.key[0]: book.about(one.key[0]) for one in found}
    one = min(found, key=lambda each: len(json.dumps(about[each.key[0]], default=str)))
    terms = json.dumps(
        {name: rows for name, rows in about[one.key[0]].items() if name != "fees"}, indent=1, default=str
    )
    return f"{len(found)} lines differ, {dict(Counter(each.column for each in found))}; the smallest:\n{one}\n{terms}"


def _first_difference(ours: Steps, theirs: Steps) -> str | None:
    """An undecided line has its status and owes nothing; its other steps are not told to anybody."""
    is_undecided = ours["status_code"] in UNDECIDED
    for column in ("status_code", "owed_amount") if is_undecided else ours:
        if not _same(column, ours[column], theirs[column]):
            return column
    return None


def _same(column: str, ours: Any, theirs: Any) -> bool:
    if column == "unit_count":
        theirs = theirs or 0  # nothing to multiply is an empty cell
    if column in EXACT and ours is not None and theirs is not None:
        return abs(Fraction(ours) - Fraction(theirs)) <= ALMOST * max(Fraction(1), abs(Fraction(ours)))
    return bool(ours == theirs)


def _shown(steps: Steps | None) -> dict[str, str] | None:
    if steps is None:
        return None
    return {
        name: str(float(value)) if isinstance(value, Fraction | Decimal) else str(value)
        for name, value in steps.items()
    }
