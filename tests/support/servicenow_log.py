"""The audit log of a company's ServiceNow incidents (UCI data set 498; Amaral, Fantinato, Peres; CC BY 4.0), read by hand.

One row of the log is one update with the incident's fields after it. Its timestamps name no zone; they are read as UTC,
so that every calendar of a test is relative to the clock of the log. The product reads the same file by its source profile
`servicenow`; this is the second opinion on it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from tests.support.register import Row

# What the tool calls a state, and what the file contract does; every other state keeps its name as a code of its own.
STATES = {
    "New": "new",
    "Active": "in_progress",
    "Awaiting User Info": "waiting_customer",
    "Awaiting Vendor": "waiting_third_party",
    "Awaiting Problem": "awaiting_problem",
    "Awaiting Evidence": "awaiting_evidence",
    "Resolved": "resolved",
    "Closed": "closed",
    "-100": "undocumented_100",
}
PRIORITIES = {"1 - Critical": "P1", "2 - High": "P2", "3 - Moderate": "P3", "4 - Low": "P4"}
WAITING_STATES = ("waiting_customer", "waiting_third_party", "awaiting_problem", "awaiting_evidence")


@dataclass(frozen=True)
class Update:
    """State, priority and assignment group after one audited update."""

    at: datetime
    state_code: str
    priority_code: str
    group: str


@dataclass(frozen=True)
class Incident:
    """One incident with its updates in the order of the log."""

    number: str
    opened_at: datetime
    is_met: bool
    is_creation_logged: bool
    updates: Sequence[Update]

    @property
    def priority_code(self) -> str:
        """Priority after the last update."""
        return self.updates[-1].priority_code

    @property
    def opening_priority_code(self) -> str:
        """Priority after the first update."""
        return self.updates[0].priority_code

    def priorities_until(self, end: datetime) -> list[tuple[str, datetime]]:
        """The priorities one after the other, each with the instant it was left; the last with `end`."""
        in_force = [update for update in self.updates if update.at <= end]
        changes = [
            (before.priority_code, after.at)
            for before, after in pairwise(in_force)
            if before.priority_code != after.priority_code
        ]
        return [*changes, (in_force[-1].priority_code, end)]

    def entered(self, *states: str) -> datetime | None:
        """When the incident went into one of the states to stay, or None if it is in none of them at the end."""
        at: datetime | None = None
        for update in self.updates:
            if update.state_code not in states:
                at = None
            elif at is None:
                at = update.at
        return at


def read_incidents(log: Path) -> list[Incident]:
    """All incidents of the log, in its order.

    Raises KeyError for a priority that the log is not known to use.
    """
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with log.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            rows[row["number"]].append(row)
    return [
        Incident(
            number,
            _instant(updates[-1]["opened_at"]),
            # The verdict is written at the closing; the rows before it say true of every incident.
            updates[-1]["made_sla"] == "true",
            updates[0]["sys_mod_count"] == "0",
            tuple(
                Update(
                    _instant(row["sys_updated_at"]),
                    STATES.get(row["incident_state"], row["incident_state"].lower().replace(" ", "_")),
                    PRIORITIES[row["priority"]],
                    # The log's null mark is no group of that name.
                    "(no group)" if row["assignment_group"] == "?" else row["assignment_group"],
                )
                for row in updates
            ),
        )
        for number, updates in rows.items()
    ]


def work_centre_rows(incidents: Iterable[Incident]) -> list[Row]:
    """Each assignment group as a work centre of the one supplier, S1."""
    groups = {update.group for incident in incidents for update in incident.updates}
    return [{"work_centre_id": group, "supplier_id": "S1"} for group in sorted(groups)]


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
