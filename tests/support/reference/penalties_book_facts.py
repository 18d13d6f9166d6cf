"""Random facts for a contract: a few tickets a month, fees with gaps, decisions; each ticket with what the clock must say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.support.reference.penalties_counts import Outcome
from tests.support.reference.penalties_register import first_day

Row = dict[str, Any]

TARGET = timedelta(minutes=60)
LATE_MINUTES = (0.5, 1, 10, 20, 40, 50, 59, 60, 61, 90, 119, 120, 475, 600, 1440, 1441, 5000)


@dataclass
class Facts:
    """Export rows and, of the tickets, the outcome they must have."""

    tickets: list[Row] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    fees: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)


def grow_tickets(
    random: Random, facts: Facts, contract_id: str, levels: dict[str, str], months: range, as_of: datetime
) -> None:
    """Up to a handful for each level (its priority is the key's value) and month."""
    quality = random.choice((0.35, 0.6, 0.8, 0.95))
    for month in months:
        for level, priority in levels.items():
            for _ in range(random.choice((0, 1, 2, 3, 4, 6, 10))):
                late = None if random.random() < quality else random.choice(LATE_MINUTES)
                is_open = late is not None and month >= months[-4] and random.random() < 0.2
                day, minute = random.randint(2, 10 if month == months[-1] else 26), random.randint(0, 1200)
                opened = datetime.combine(first_day(month), datetime.min.time(), UTC) + timedelta(days=day - 1, minutes=minute)  # fmt: skip
                add_ticket(
                    facts, contract_id, level, priority, month, opened, late=late, now=as_of if is_open else None
                )


def add_ticket(
    facts: Facts,
    contract_id: str,
    level: str,
    priority: str,
    month: int,
    opened: datetime,
    *,
    late: float | None,
    now: datetime | None = None,
) -> None:
    """One ticket, met or so many minutes late; with `now` it is still running."""
    ticket_id = f"{contract_id}-{len(facts.tickets)}"
    due = opened + TARGET
    resolved = due + timedelta(minutes=-30 if late is None else late)
    overdue = ((now or resolved) - due).total_seconds()
    row = {"ticket_id": ticket_id, "work_centre_id": "WC1", "contract_id": contract_id, "priority_code": priority, "opened_at": _stamp(opened)}  # fmt: skip
    facts.tickets.append(row | {"resolved_at": "" if now else _stamp(resolved)})
    key = f"canonical/{ticket_id}"
    facts.outcomes.append(
        Outcome(level, month, key)
        if late is None
        else Outcome(level, month, key, False, due, int(overdue), Fraction(1))
    )


def grow_fees(
    random: Random, facts: Facts, contract_id: str, currency: str, months: range, *, is_complete: bool = False
) -> None:
    """Fees of the whole and of services; if not complete, whole contracts or months without, now and then a wrong currency."""
    if not is_complete and random.random() < 0.08:
        return
    services = ("",) if is_complete else random.choice((("",), ("", "network"), ("network", "desk")))
    for month in months:
        for service in services:
            if not is_complete and random.random() < 0.06:
                continue
            amount = random.choice(("10000.00", "6.30", "60.30", "33333.30", f"{random.randint(0, 900000) / 100:.2f}"))
            wrong = not is_complete and random.random() < 0.02
            facts.fees.append({
                "contract_id": contract_id, "service_code": service, "fee_month": f"{first_day(month):%Y-%m}",
                "fee_amount": amount, "currency_code": "GBP" if wrong else currency,
            })  # fmt: skip


def grow_decisions(random: Random, facts: Facts, contract_id: str, terms: list[str], months: range) -> None:
    """Rulings and waivers on lines, on months, on tickets; some without effect, some not yet taken."""
    for number in range(random.choice((0, 0, 1, 3, 8))):
        kind = random.choice(("ruling", "ruling", "waive", "dispute", "approve"))
        month = f"{first_day(random.choice(months)):%Y-%m}"
        scope = random.choice(("line", "line", "clause", "month", "ticket", "question"))
        row: Row = {
            "decision_id": f"{contract_id}-D{number}", "decision_kind": kind, "contract_id": contract_id,
            "decided_by": "controller", "requested_by": "supplier",
            "decided_at": _stamp(datetime(2026, 3, random.randint(1, 17), random.randint(0, 23), random.randint(0, 59), tzinfo=UTC) + timedelta(seconds=number)),
            "outcome_code": random.choice(("upheld", "reduced", "reversed")) if kind == "ruling" else "",
            "penalty_term_id": random.choice(terms) if scope in ("line", "clause") else "",
            "period_month": month if scope in ("line", "month") else "",
        }  # fmt: skip
        if row["outcome_code"] == "reduced" or (kind == "waive" and random.random() < 0.5):
            # An amount is only effective with clause and month; elsewhere it is a question.
            if scope in ("clause", "month", "ticket"):
                continue
            row["amount"] = random.choice(("0.00", "5.00", "77.77", "500.00"))
        elif scope == "question":
            continue
        if scope == "ticket":
            missed = [one for one in facts.outcomes if not one.is_met]
            if kind != "ruling" or row["outcome_code"] != "reversed" or not missed:
                continue
            row |= {"source_system": "canonical", "ticket_id": random.choice(missed).ticket_key.split("/")[1]}
        facts.decisions.append(row)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
