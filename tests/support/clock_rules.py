"""Rules of the clock as single tickets with answers that a person can check with a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.instants import utc
from tests.support.reference import Reading
from tests.support.register import Row, event, register, ticket

AS_OF = utc("2026-06-30 12:00")  # a Tuesday
HOUR = 3600
DAY = 24 * HOUR

LATE = frozenset({"breached", "running_past_due"})
TOLD = LATE | {"met", "running", "paused"}
UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Verdict:
    """What one row of fct_ticket_sla must say. Instants as '2026-03-02 17:00' (UTC), durations in seconds.

    A late row's breach instant is its due instant unless `breached` says otherwise. Other facts are compared where given.
    """

    status: str = "met"
    elapsed: int | None = None
    due: str | None = None
    reason: str | None = None
    breached: str | None = None
    level: str | None = None
    cycle: int = 1
    started: str = UNCHECKED
    stopped: str | None = UNCHECKED
    target: int | str = UNCHECKED
    bearer: str | None = UNCHECKED

    def differences(self, row: Reading) -> list[str]:
        """Each fact in which the row says something else."""
        facts: list[tuple[str, Any, Any]] = [
            ("status_code", self.status, row.status_code),
            ("status_reason_code", self.reason, row.status_reason_code),
            ("started_at", _instant(self.started), row.started_at),
            ("stopped_at", _instant(self.stopped), row.stopped_at),
            ("target_seconds", self.target, row.target_seconds),
            ("bearer_supplier_id", self.bearer, row.bearer_supplier_id),
        ]
        if self.status in TOLD:
            breached = self.breached or (self.due if self.status in LATE else None)
            facts += [
                ("elapsed_seconds", self.elapsed, row.elapsed_seconds),
                ("due_at", _instant(self.due), row.due_at),
                ("breached_at", _instant(breached), row.breached_at),
            ]
        elif self.status != "excused":
            facts.append(("elapsed_seconds", None, row.elapsed_seconds))
        return [
            f"{name} is {_shown(name, found)}, not {_shown(name, expected)}"
            for name, expected, found in facts
            if expected != UNCHECKED and expected != found
        ]


@dataclass(frozen=True)
class Case:
    """A ticket with its events, and all the rows that it must have."""

    name: str
    row: Row
    events: tuple[Row, ...]
    verdicts: tuple[Verdict, ...]

    def differences(self, rows: Iterable[Reading]) -> list[str]:
        """What is wrong with the rows of the ticket; nothing when they are as they must be."""
        found = {(row.service_level_id, row.cycle_number or 1): row for row in rows}
        if len(self.verdicts) == 1 and len(found) == 1 and self.verdicts[0].level is None:
            return self.verdicts[0].differences(next(iter(found.values())))
        expected = {(one.level, one.cycle): one for one in self.verdicts}
        if len(expected) > 1 and all(level is None for level, _ in expected):
            only = {level for level, _ in found}
            expected = {(next(iter(only), None), cycle): one for (_, cycle), one in expected.items()}
        if set(expected) != set(found):
            return [f"rows are {sorted(map(str, found))}, not {sorted(map(str, expected))}"]
        return [f"{key}: {line}" for key, one in expected.items() for line in one.differences(found[key])]


@dataclass(frozen=True)
class Rules:
    """The cases of one topic with the register rows that they need."""

    cases: list[Case]
    service_levels: list[Row]
    calendars: list[Row] = field(default_factory=list)
    calendar_exceptions: list[Row] = field(default_factory=list)
    suppliers: list[Row] = field(default_factory=list)
    work_centres: list[Row] = field(default_factory=list)
    contracts: list[Row] = field(default_factory=list)
    exclusions: list[Row] = field(default_factory=list)

    def exports(self) -> dict[str, list[Row]]:
        """The topic's own rows, tickets and events included."""
        return {
            "service_levels": self.service_levels,
            "calendars": self.calendars,
            "calendar_exceptions": self.calendar_exceptions,
            "suppliers": self.suppliers,
            "work_centres": self.work_centres,
            "contracts": self.contracts,
            "exclusions": self.exclusions,
            "tickets": [case.row for case in self.cases],
            "ticket_events": [row for case in self.cases for row in case.events],
        }


def rule(name: str, level: str, opened: str, resolved: str | None = None, *events: tuple, **expected: Any) -> Case:
    """A ticket of type `level`, so that the levels of that type measure it.

    Events are (instant, type[, columns]); `columns` are further columns of the ticket; `verdicts` lists several rows,
    else the other keywords make the only one.
    """
    columns = expected.pop("columns", {})
    verdicts = expected.pop("verdicts", None)
    row = ticket(name, f"{opened}Z", ticket_type_code=level, **columns)
    if resolved:
        row["resolved_at"] = f"{resolved}Z"
    rows = tuple(event(name, f"{at}Z", kind, **(extra[0] if extra else {})) for at, kind, *extra in events)
    return Case(name, row, rows, tuple(verdicts) if verdicts else (Verdict(**expected),))


def all_exports(topics: Iterable[Rules]) -> dict[str, list[Row]]:
    """One register and one set of tickets for all topics; each topic names its own levels, calendars and tickets."""
    exports = register(service_levels=[], exclusions=[], calendar_exceptions=[], tickets=[], ticket_events=[])
    for topic in topics:
        for entity, rows in topic.exports().items():
            exports[entity] = [*exports[entity], *rows]
    return {entity: rows for entity, rows in exports.items() if rows}


def _instant(text: str | None) -> int | str | None:
    if text is None or text == UNCHECKED:
        return text
    return int(utc(text).timestamp())


def _shown(name: str, value: Any) -> str:
    is_instant = name.endswith("_at") and isinstance(value, int)
    return str(datetime.fromtimestamp(value, tz=AS_OF.tzinfo)) if is_instant else str(value)
