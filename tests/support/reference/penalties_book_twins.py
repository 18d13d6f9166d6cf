"""Pairs of contracts that differ in one ticket: the second one's has missed what the first one's has met."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from tests.support.reference.penalties_book_facts import LATE_MINUTES, Facts, add_ticket, grow_fees, grow_tickets
from tests.support.reference.penalties_book_terms import PER_LEVEL, grow_clause, grow_points_table
from tests.support.register import contract, service_level

Row = dict[str, Any]

# More misses never cost less under these: n failures in a window may, because they start the count anew.
MONOTONE = tuple(kind for kind in PER_LEVEL if kind != "repeated_failures")


@dataclass(frozen=True)
class Twin:
    """One of the two as export rows."""

    exports: dict[str, list[Row]]
    facts: Facts


def grow_twins(random: Random, name: str, months: range, as_of: datetime) -> tuple[Twin, Twin]:
    """`name`a and `name`b: one clause of a monotone form with whatever options, perhaps caps on the month and the level."""
    clause = _monotone_clause(random, random.choice(MONOTONE))
    level = service_level(
        target_unit="calendar_minutes",
        target_value="60",
        calendar_id="",
        attainment_target=random.choice(("0.95", "0.80", "1")),
        minimum_sample=random.choice(("", "2")),
    )
    first, second = f"{name}a", f"{name}b"
    fees = Facts()
    grow_fees(random, fees, first, "EUR", months, is_complete=True)
    facts = Facts()
    while not any(one.is_met for one in facts.outcomes):
        grow_tickets(random, facts, first, {f"{first}-L": ""}, months, as_of)
    missed = random.choice([position for position, one in enumerate(facts.outcomes) if one.is_met])
    return (
        _twin(first, clause, level, fees.fees, facts),
        _twin(second, clause, level, fees.fees, _with_a_miss(random, facts, missed, second)),
    )


def _monotone_clause(random: Random, kind: str) -> list[Row]:
    rows = grow_clause(random, kind, {"penalty_term_id": "clause", "service_level_id": "level"})
    if rows[0].get("small_volume_policy") == "carry_forward":
        rows = [{**row, "small_volume_policy": "one_miss_allowed"} for row in rows]
    # Worse attainment, higher rate: the bands side by side from 0 on.
    for name in ("amount", "fee_ratio", "points", "allocation_ratio"):
        if rows[0].get(name):
            worst_first = sorted((row[name] for row in rows), key=float, reverse=True)
            rows = [{**row, name: value} for row, value in zip(rows, worst_first, strict=True)]
    if rows[0].get("attainment_from"):
        rows[0]["attainment_from"] = "0.00"
    if kind.startswith("points"):
        rows += grow_points_table(random, "table", rows[0]["pool_code"])
    for cap in ("level_cap", "monthly_cap"):
        if random.random() < 0.4:
            limit = random.choice(({"amount": "77.77"}, {"fee_ratio": "0.04"}))
            rows.append({"penalty_term_id": cap, "penalty_kind": cap, "service_level_id": "level" if cap == "level_cap" else "", **limit})  # fmt: skip
    return rows


def _twin(name: str, clause: list[Row], level: Row, fees: list[Row], facts: Facts) -> Twin:
    terms = [
        {
            "contract_id": name,
            "valid_from": "2020-01-01",
            **row,
            "penalty_term_id": f"{name}/{row['penalty_term_id']}",
            "service_level_id": f"{name}-L" if row.get("service_level_id") else "",
        }
        for row in clause
    ]
    exports = {
        "contracts": [contract(contract_id=name, valid_from="2024-09-01")],
        "service_levels": [level | {"contract_id": name, "service_level_id": f"{name}-L"}],
        "penalty_terms": terms,
        "fees": [{**row, "contract_id": name} for row in fees],
        "tickets": facts.tickets,
    }
    return Twin(exports, facts)


def _with_a_miss(random: Random, facts: Facts, missed: int, name: str) -> Facts:
    """The same tickets under another contract, one of them late."""
    changed = Facts()
    for position, (row, outcome) in enumerate(zip(facts.tickets, facts.outcomes, strict=True)):
        if position == missed:
            opened = datetime.fromisoformat(row["opened_at"])
            add_ticket(changed, name, f"{name}-L", "", outcome.month, opened, late=random.choice(LATE_MINUTES))
            continue
        ticket_id = f"{name}-{position}"
        changed.tickets.append({**row, "ticket_id": ticket_id, "contract_id": name})
        changed.outcomes.append(replace(outcome, service_level_id=f"{name}-L", ticket_key=f"canonical/{ticket_id}"))
    return changed
