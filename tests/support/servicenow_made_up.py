"""A made-up audit log in the shape in which ServiceNow exports one, for where the real one is not at hand."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = (
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla", "opened_at",
    "sys_updated_by", "sys_updated_at", "category", "priority", "assignment_group", "resolved_at", "closed_at",
)  # fmt: skip
STATES = ("Active", "Awaiting User Info", "Awaiting Vendor", "Active", "-100")
PRIORITIES = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low")


def write_made_up_log(path: Path, *, incidents: int = 60, seed: int = 7) -> Path:
    """Incidents of three weeks in March 2016, each with a few updates, by the instant of the update."""
    chance = random.Random(seed)
    rows = [row for number in range(incidents) for row in _incident(chance, f"INC{number:07}")]
    rows.sort(key=lambda row: (_instant(row["sys_updated_at"]), row["number"], int(row["sys_mod_count"])))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _incident(chance: random.Random, number: str) -> list[dict[str, str]]:
    opened_at = datetime(2016, 3, 1) + timedelta(minutes=chance.randrange(20 * 24 * 60))
    at = opened_at + timedelta(minutes=chance.randrange(10))
    states = ["New", *chance.choices(STATES, k=chance.randrange(5)), "Resolved", "Closed"]
    instants = []
    for _ in states:
        instants.append(at)
        # Some updates share a minute.
        at += timedelta(minutes=chance.choice([0, 1, 30, 600, 3_000]))
    fixed = {"number": number, "category": f"Category {chance.randrange(9)}", "opened_at": _text(opened_at)}
    final = {"resolved_at": _text(instants[-2]), "closed_at": _text(instants[-1])}
    return [
        fixed
        | final
        | {
            "incident_state": state,
            "active": str(state != "Closed").lower(),
            "reassignment_count": "0",
            "reopen_count": "0",
            "sys_mod_count": str(count),
            "made_sla": str(chance.random() < 0.7).lower(),
            "sys_updated_by": f"Updated by {chance.randrange(30)}",
            "sys_updated_at": _text(instant),
            "priority": chance.choice(PRIORITIES),
            "assignment_group": chance.choice(["Group 56", "Group 70", "?"]),
        }
        for count, (state, instant) in enumerate(zip(states, instants, strict=True))
    ]


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M")


def _text(instant: datetime) -> str:
    return f"{instant.day}/{instant.month}/{instant:%Y %H:%M}"
