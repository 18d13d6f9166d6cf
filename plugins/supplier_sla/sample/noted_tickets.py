"""The few tickets that papers of the company refer to: complaints, problems and disputes name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from supplier_sla.sample.calendars import Calendars
from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.stories import MINUTE, Story
from supplier_sla.sample.suppliers import RECOVERING

MOST_PER_MONTH = 6
"""Tickets kept of a supplier and month, and as many late ones: memory does not grow with the tickets."""


@dataclass(frozen=True)
class NotedTicket:
    """What the papers need of one ticket; `response_due_at` is set where the first response came after it."""

    contract: Contract
    source_system: str
    ticket_id: str
    category: str
    opened_at: int
    response_due_at: int | None


class NotedTickets:
    """The first tickets of each supplier and month, in the order in which they were opened."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._first: dict[tuple[str, int], list[NotedTicket]] = defaultdict(list)
        self._late: dict[tuple[str, int], list[NotedTicket]] = defaultdict(list)

    def note(self, story: Story, source_system: str, month_index: int) -> None:
        """Keep the ticket where it is one of the first; late responses are looked for where somebody disputes them."""
        supplier = story.contract.supplier
        key = supplier.supplier_id, month_index
        looks_for_late = supplier.behaviour is RECOVERING and len(self._late[key]) < MOST_PER_MONTH
        if story.oddity or (len(self._first[key]) >= MOST_PER_MONTH and not looks_for_late):
            return
        ticket = NotedTicket(
            contract=story.contract,
            source_system=source_system,
            ticket_id=story.ticket_id,
            category=story.category,
            opened_at=story.opened_at,
            response_due_at=self._missed_response(story) if looks_for_late else None,
        )
        if len(self._first[key]) < MOST_PER_MONTH:
            self._first[key].append(ticket)
        if ticket.response_due_at is not None:
            self._late[key].append(ticket)

    def first_of(self, supplier_id: str, month_index: int) -> Sequence[NotedTicket]:
        """The first tickets of a supplier in a month."""
        return self._first.get((supplier_id, month_index), ())

    def late_of(self, supplier_id: str, month_index: int) -> Sequence[NotedTicket]:
        """The first tickets of a supplier in a month whose first response came too late."""
        return self._late.get((supplier_id, month_index), ())

    def _missed_response(self, story: Story) -> int | None:
        """When the response of a ticket that was answered late was due; None where it is in time or not plain."""
        responded = next((event for event in story.events if event.type == "responded"), None)
        if responded is None or any(event.reason == "network_fault" for event in story.events):
            return None
        target = story.contract.response_targets[story.events[0].priority]
        hours = self._calendars.opening_hours(target.calendar_id)
        due_at = hours.instant_after(story.opened_at, target.allowed * MINUTE)
        return due_at if responded.at > due_at else None
