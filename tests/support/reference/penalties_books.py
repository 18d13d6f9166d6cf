"""A book of random contracts with a year and a half of tickets, in two deliveries; the same number grows the same book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.support.reference.penalties import assess
from tests.support.reference.penalties_book_facts import Facts, grow_decisions, grow_fees, grow_tickets
from tests.support.reference.penalties_book_terms import grow_terms
from tests.support.reference.penalties_book_twins import grow_twins
from tests.support.reference.penalties_counts import Outcome
from tests.support.reference.penalties_line import Line
from tests.support.reference.penalties_register import month_of
from tests.support.register import contract, register, service_level

Row = dict[str, Any]

FIRST_NIGHT = datetime(2026, 3, 14, 12, tzinfo=UTC)
SECOND_NIGHT = datetime(2026, 3, 15, 12, tzinfo=UTC)
CURRENCIES = ("EUR", "CNY", "JPY", "USD")
DIVISIBLE = ("tickets", "fees", "decisions")


@dataclass
class Book:
    """Everything the suppliers' contracts say and everything that happened."""

    exports: dict[str, list[Row]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    twins: list[tuple[str, str]] = field(default_factory=list)
    _assessed: dict[datetime, list[Line]] = field(default_factory=dict)

    def add(self, outcomes: Iterable[Outcome] = (), **entities: list[Row]) -> None:
        self.outcomes += outcomes
        for entity, rows in entities.items():
            self.exports.setdefault(entity, []).extend(rows)

    def deliveries(self, seed: int) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
        """The register whole, of everything else a part first and the rest later."""
        random = Random(seed)
        first: dict[str, list[Row]] = {}
        second: dict[str, list[Row]] = {}
        for entity, rows in register(**self.exports).items():
            for row in rows:
                part = second if entity in DIVISIBLE and random.random() < 0.4 else first
                part.setdefault(entity, []).append(row)
        return first, second

    def about(self, contract_id: str) -> dict[str, list[Row]]:
        """What the book says of one contract, tickets left out."""
        return {
            entity: [row for row in rows if row.get("contract_id") == contract_id]
            for entity, rows in self.exports.items()
            if entity != "tickets"
        }

    def expected(self, as_of: datetime = SECOND_NIGHT) -> list[Line]:
        """The lines by the reference, worked out once."""
        if as_of not in self._assessed:
            self._assessed[as_of] = assess(self.exports, self.outcomes, as_of)
        return self._assessed[as_of]


def grow_book(seed: int, contracts: int, twins: int) -> Book:
    """So many contracts and pairs of twins, each from its own part of the number."""
    book = Book()
    for number in range(contracts):
        _grow_contract(book, Random(f"{seed}/{number}"), f"C{number:03}")
    months = range(month_of("2024-09"), month_of(SECOND_NIGHT.date()) + 1)
    for number in range(twins):
        name = f"T{number:02}"
        for twin in grow_twins(Random(f"{seed}/{name}"), name, months, SECOND_NIGHT):
            book.add(twin.facts.outcomes, **twin.exports)
        book.twins.append((f"{name}a", f"{name}b"))
    return book


def _grow_contract(book: Book, random: Random, name: str) -> None:
    currency = random.choice(CURRENCIES)
    begins = random.choice(("2024-09-01", "2024-10-01", "2024-11-01", "2024-12-15"))
    row = contract(
        contract_id=name,
        currency_code=currency,
        time_zone=random.choice(("UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York")),
        valid_from=begins,
        year_starts_on=random.choice(("", "2024-04-01", "2025-01-01", "2024-08-15")),
        valid_to=random.choice(("", "", "", "2025-09-01", "2025-11-16")),
    )
    levels = {f"{name}-L{number}": f"P{number}" for number in range(random.choice((1, 1, 2, 3)))}
    whole_months = {"2025-09-01": "2025-08-31", "2025-11-16": "2025-10-31"}
    last = whole_months.get(row["valid_to"], SECOND_NIGHT.date().isoformat())
    months = range(month_of(begins) + (begins[-2:] != "01"), month_of(last) + 1)
    facts = Facts()
    terms = grow_terms(random, name, list(levels))
    grow_tickets(random, facts, name, levels, months, SECOND_NIGHT)
    grow_fees(random, facts, name, currency, months)
    charging = sorted({term["penalty_term_id"] for term in terms if term["penalty_kind"] not in ("earn_back", "termination_right") and "cap" not in term["penalty_kind"]})  # fmt: skip
    grow_decisions(random, facts, name, charging, months)
    book.add(
        facts.outcomes,
        contracts=[row],
        service_levels=[one for level, priority in levels.items() for one in _level(random, level, name, priority)],
        penalty_terms=terms,
        tickets=facts.tickets,
        fees=facts.fees,
        decisions=facts.decisions,
    )


def _level(random: Random, level: str, contract_id: str, priority: str) -> list[Row]:
    """An hour round the clock for one priority; the promised share may change on a day."""
    row = service_level(
        level,
        contract_id=contract_id,
        priority_code=priority,
        service_code=random.choice(("", "network", "network", "desk")),
        target_unit="calendar_minutes",
        target_value="60",
        calendar_id="",
        attainment_target=random.choice(("0.95", "0.95", "0.90", "0.80", "0.60", "1", "")),
        minimum_sample=random.choice(("", "", "", "2", "4")),
    )
    if random.random() < 0.8:
        return [row]
    return [row, {**row, "valid_from": "2025-08-01", "attainment_target": "0.75", "minimum_sample": "3"}]
