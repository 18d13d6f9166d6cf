"""The history of one ticket in order: after each event its state, reason, priority and holder, and what the event pulls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.support.reference.register import Register, seconds

Row = Mapping[str, Any]

# Order among events of one instant without a number of their own.
TYPE_ORDER = (
    "opened", "assigned", "work_centre_changed", "priority_changed", "commented", "requester_commented", "responded",
    "paused", "state_changed", "resumed", "reopened", "resolved", "closed", "cancelled",
)  # fmt: skip
IMPLIED_STATES = {
    "opened": "new", "assigned": "assigned", "paused": "on_hold", "resumed": "in_progress", "reopened": "in_progress",
    "resolved": "resolved", "closed": "closed", "cancelled": "cancelled",
}  # fmt: skip
STAND_INS = ("opened", "assigned", "responded", "resolved", "closed", "cancelled")
MOMENTS = frozenset({"opened", "assigned", "responded", "commented", "requester_commented", "reopened"})
# Moments that a state tells of as well: assigned, and resolved or closed for a response.
STATED_MOMENTS = frozenset({"assigned", "responded"})
DONE_STATES = frozenset({"resolved", "closed"})


def in_state(trigger: str, state: str | None) -> bool:
    """Whether a trigger's state holds."""
    if trigger in ("resolved", "responded"):
        return state in DONE_STATES
    return state == (trigger.removeprefix("state:") if trigger.startswith("state:") else trigger)


@dataclass(frozen=True)
class Step:
    """One event, and what holds from it on until the next."""

    at: int
    event_type: str
    states: str | None
    state: str
    state_before: str | None
    reason: str | None
    priority: str | None
    work_centre: str | None
    holder: str | None
    answering: str | None
    takeover_by: str | None

    def starts(self, trigger: str) -> bool:
        """Whether the event pulls the trigger: a moment happens in it, a state begins with it."""
        if self.event_type == trigger:
            return trigger in MOMENTS or self.begins(trigger)
        return trigger not in MOMENTS - STATED_MOMENTS and self.begins(trigger)

    def stops(self, trigger: str) -> bool:
        """Whether the trigger stops a clock here; one that a state stands for does so as long as the state lasts."""
        if trigger in STATED_MOMENTS:
            return self.event_type == trigger or in_state(trigger, self.state)
        return self.starts(trigger)

    def begins(self, trigger: str) -> bool:
        """Whether the state that the trigger names was entered by the event."""
        return in_state(trigger, self.state) and not in_state(trigger, self.state_before)


@dataclass(frozen=True)
class History:
    """A ticket up to as_of."""

    row: Row
    ticket_id: str
    opened_at: int
    promised_at: int | None
    steps: tuple[Step, ...]
    holders: tuple[tuple[int, str], ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.row.get("source_system") or "canonical", self.ticket_id

    @property
    def suppliers(self) -> list[str]:
        """Every supplier that held it, in the order of their first turn."""
        return list(dict.fromkeys(supplier for _, supplier in self.holders))

    def supplier_at(self, instant: int) -> str | None:
        """The last supplier to whom it was handed by then, else the first one."""
        held = [supplier for since, supplier in self.holders if since <= instant]
        return held[-1] if held else next(iter(self.suppliers), None)

    @property
    def priority_as_of(self) -> str | None:
        """Priority when nothing has started yet: the last one known."""
        told = self.steps[-1].priority if self.steps else None
        return told or self.row.get("priority_code") or None

    def is_for(self, index: int, trigger: str, supplier: str | None) -> bool:
        """Of a ticket that several held, an assignment is that of the supplier who then answers for it."""
        is_everybodys = trigger != "assigned" or supplier is None or len(self.suppliers) < 2
        return is_everybodys or self.steps[index].answering == supplier

    def is_takeover(self, index: int, supplier: str | None) -> bool:
        """Whether the supplier takes the ticket over from another one here."""
        return supplier is not None and self.steps[index].takeover_by == supplier


def read_history(ticket: Row, events: Iterable[Row], register: Register, as_of: int) -> History:
    """The events of the ticket up to as_of, the ticket's own columns standing in for kinds that the log does not have."""
    ordered = _in_order(ticket, list(events), as_of)
    tells_priority = any(event.get("priority_code") for event in ordered)
    tells_centre = any(event.get("work_centre_id") for event in ordered)
    opened_at = seconds(ticket["opened_at"])
    state: str | None = None
    reason: str | None = None
    priority = None if tells_priority else ticket.get("priority_code") or None
    centre = None if tells_centre else ticket.get("work_centre_id") or None
    holder = register.supplier_of(centre, opened_at)
    holders = [(opened_at, holder)] if holder else []
    steps = []
    for event in ordered:
        at = seconds(event["event_at"])
        states = event.get("state_code") or IMPLIED_STATES.get(event["event_type"])
        before = state
        state = states or state or "new"
        reason = (event.get("reason_code") or None) if states else reason
        priority = event.get("priority_code") or priority
        takeover_by = None
        if event.get("work_centre_id") and event["work_centre_id"] != centre:
            centre = event["work_centre_id"]
            holder = register.supplier_of(centre, at)
            if holder and not (holders and holders[-1][1] == holder):
                takeover_by = holder if holders else None
                holders.append((at if holders else opened_at, holder))
        answering = holders[-1][1] if holders else None
        steps.append(
            Step(
                at, event["event_type"], states, state, before, reason, priority, centre, holder, answering, takeover_by
            )
        )
    promised = ticket.get("promised_at")
    return History(
        row=ticket,
        ticket_id=ticket["ticket_id"],
        opened_at=opened_at,
        promised_at=seconds(promised) if promised else None,
        steps=tuple(_held_from_the_start(step, holders) for step in steps),
        holders=tuple(holders),
    )


def _held_from_the_start(step: Step, holders: list[tuple[int, str]]) -> Step:
    """Until the first work centre is stated, the ticket waits for the supplier that gets it."""
    first = holders[0][1] if holders else None
    if step.work_centre is None:
        return replace(step, holder=first, answering=first)
    return replace(step, answering=step.answering or first)


def _in_order(ticket: Row, events: list[Row], as_of: int) -> list[Row]:
    known = [event for event in events if _is_by(event["event_at"], as_of)]
    told = {event["event_type"] for event in known} | {event.get("state_code") for event in known}
    ranked = [(_rank(event, 1), event) for event in known]
    for kind in STAND_INS:
        at = ticket.get(f"{kind}_at")
        if at and kind not in told and _is_by(at, as_of):
            event = {"event_at": at, "event_type": kind}
            ranked.append((_rank(event, 0 if kind == "opened" else 2), event))
    return [event for _, event in sorted(ranked, key=lambda pair: pair[0])]


def _rank(event: Row, turn: int) -> tuple:
    number = event.get("event_number")
    return (
        datetime.fromisoformat(event["event_at"]),
        turn,
        int(number) if number else -1,
        TYPE_ORDER.index(event["event_type"]),
        event.get("event_id") or "",
    )


def _is_by(text: str, as_of: int) -> bool:
    return datetime.fromisoformat(text).timestamp() <= as_of
