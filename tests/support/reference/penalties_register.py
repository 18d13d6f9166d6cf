"""What the contracts say, read from export rows: terms with their versions, levels, fees, months. Ratios and amounts are exact fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]

PER_MISS = ("fixed_per_miss", "per_time_late")
CAPS = ("level_cap", "pool_cap", "monthly_cap", "yearly_cap")
WITHOUT_LINE = (*CAPS, "earn_back", "termination_right")


def month_of(day: str | date) -> int:
    """A month as a number that can be counted with: '2026-01' or any day of it."""
    year, month = (day.year, day.month) if isinstance(day, date) else map(int, day.split("-")[:2])
    return year * 12 + month - 1


def first_day(month: int) -> date:
    """The other way round."""
    return date(month // 12, month % 12 + 1, 1)


def number(text: Any) -> Fraction | None:
    """An exact number, None for an empty cell."""
    return None if text in (None, "") else Fraction(str(text))


def whole(text: Any, otherwise: int) -> int:
    """A whole number with the default of the file contract."""
    return otherwise if text in (None, "") else int(text)


@dataclass(frozen=True)
class Term:
    """One version of one band of a clause, defaults filled in."""

    row: Row
    valid_to: date

    def __getattr__(self, name: str) -> Any:
        """Amounts, ratios and codes as they stand in the row; an empty cell is None."""
        value = self.row.get(name)
        numeric = name.endswith(("amount", "ratio", "_from", "_to", "_digits")) or name in (
            "points", "repeat_multiplier", "repeat_maximum",
        )  # fmt: skip
        return number(value) if numeric else (value or None)

    @property
    def kind(self) -> str:
        return self.row["penalty_kind"]

    @property
    def period_months(self) -> int:
        return whole(self.row.get("period_months"), 1)

    @property
    def window_months(self) -> int:
        """Of the attainment; an earn_back looks one month ahead unless it says more."""
        return whole(self.row.get("window_months"), 1 if self.kind == "earn_back" else self.period_months)

    @property
    def fee_months(self) -> int:
        return whole(self.row.get("fee_months"), 1 if self.kind in CAPS else self.period_months)

    @property
    def failure_months(self) -> int:
        return whole(self.row.get("failure_months"), 12)

    @property
    def needed(self) -> int | None:
        return whole(self.row.get("failures_needed"), 0) or None

    @property
    def relief_below(self) -> int:
        return whole(self.row.get("small_volume_below"), 0)

    @property
    def digits(self) -> int:
        return whole(self.row.get("rounding_digits"), 2)

    @property
    def holds_from(self) -> date:
        return date.fromisoformat(self.row["valid_from"])


@dataclass(frozen=True)
class Target:
    """What a service level promises in a month."""

    ratio: Fraction | None
    sample: int
    at_most: bool

    def is_missed_by(self, attained: Fraction) -> bool:
        if self.ratio is None:
            return False
        return attained > self.ratio if self.at_most else attained < self.ratio


class Register:
    """All contracts, levels, terms and fees of a book."""

    def __init__(self, exports: Mapping[str, Iterable[Row]], as_of: datetime) -> None:
        self.as_of = as_of
        self.contracts = {row["contract_id"]: row for row in exports["contracts"]}
        self.levels: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(exports["service_levels"], key=lambda row: row["valid_from"]):
            self.levels[row["service_level_id"]].append(row)
        self.terms: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for term in _versions(exports["penalty_terms"]):
            self.terms[term.row["contract_id"]][term.row["penalty_term_id"]].append(term)
        self.fees: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in exports.get("fees", ()):
            if row["currency_code"] == self.contracts[row["contract_id"]]["currency_code"]:
                self.fees[row["contract_id"], month_of(row["fee_month"])].append(row)

    def months(self, contract_id: str) -> range:
        """From the contract's first month to the one of the run, in the contract's zone."""
        contract = self.contracts[contract_id]
        last = month_of(self.as_of.astimezone(ZoneInfo(contract["time_zone"])).date())
        return range(month_of(contract["valid_from"]), min(last, self._last_month(contract_id)) + 1)

    def is_last(self, contract_id: str, month: int) -> bool:
        """Whether the contract ends with, or within, the month."""
        return month == self._last_month(contract_id)

    def _last_month(self, contract_id: str) -> int:
        ends = self.contracts[contract_id].get("valid_to")
        return month_of(date.fromisoformat(ends) - timedelta(days=1)) if ends else month_of(date.max)

    def period_from(self, contract_id: str, term: Term, month: int) -> int:
        """First month of the period; periods divide the contract year."""
        return month - (month - self.year_of(contract_id, month)) % term.period_months

    def is_complete(self, contract_id: str, month: int) -> bool:
        zone = ZoneInfo(self.contracts[contract_id]["time_zone"])
        end = datetime.combine(first_day(month + 1), datetime.min.time(), zone)
        return end.astimezone(UTC) <= self.as_of

    def year_of(self, contract_id: str, month: int) -> int:
        """First month of the contract year."""
        contract = self.contracts[contract_id]
        start = month_of(contract.get("year_starts_on") or contract["valid_from"])
        return month - (month - start) % 12

    def in_force(self, contract_id: str, term_id: str, month: int) -> list[Term]:
        """The bands of a clause in force on the first day of a month, or of a contract that begins within it."""
        day = max(first_day(month), date.fromisoformat(self.contracts[contract_id]["valid_from"]))
        return [term for term in self.terms[contract_id][term_id] if term.holds_from <= day < term.valid_to]

    def target(self, level_id: str, month: int) -> Target:
        """By the version in force on the first day, else the first one later."""
        versions = self.levels[level_id]
        day = first_day(month).isoformat()
        row = next((row for row in reversed(versions) if row["valid_from"] <= day), versions[0])
        return Target(
            number(row.get("attainment_target")),
            whole(row.get("minimum_sample"), 1),
            row.get("target_direction") == "at_most",
        )

    def fee(self, contract_id: str, months: Iterable[int], basis: str | None, level_id: str | None) -> Fraction | None:
        """Sum of the known fees; None when none of the months has one."""
        service = self.levels[level_id][0].get("service_code") if level_id else None
        rows = [
            row
            for month in months
            for row in self.fees[contract_id, month]
            if basis != "service" or (row.get("service_code") or None) == (service or "none")
        ]
        return sum((Fraction(row["fee_amount"]) for row in rows), Fraction(0)) if rows else None

    def fee_of(self, contract_id: str, term: Term, month: int) -> Fraction | None:
        """The base of the term's fee_ratio in a month."""
        if term.kind == "yearly_cap":
            year = self.year_of(contract_id, month)
            return self.fee(contract_id, range(year, year + 12), term.fee_basis, term.service_level_id)
        if term.kind in CAPS or term.row.get("fee_months"):
            months = range(month - term.fee_months + 1, month + 1)
        else:
            months = range(self.period_from(contract_id, term, month), month + 1)
        return self.fee(contract_id, months, term.fee_basis, term.service_level_id)


def _versions(rows: Iterable[Row]) -> list[Term]:
    """A version ends where it says, or where the next one of the same band begins."""
    bands: dict[tuple, list[Row]] = defaultdict(list)
    for row in rows:
        bands[row["penalty_term_id"], number(row.get("attainment_from")), number(row.get("points_from"))].append(row)
    terms = []
    for versions in bands.values():
        versions.sort(key=lambda row: row["valid_from"])
        for row, following in zip(versions, [*versions[1:], None], strict=True):
            ends = [each for each in (row.get("valid_to"), following and following["valid_from"]) if each]
            terms.append(Term(row, min((date.fromisoformat(end) for end in ends), default=date.max)))
    return terms
