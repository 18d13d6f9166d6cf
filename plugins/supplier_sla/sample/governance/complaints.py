"""Calls in which customers report and complain: contact records and complaints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from supplier_sla.sample.governance.timeline import Stage, Timeline, at
from supplier_sla.sample.noted_tickets import NotedTicket, NotedTickets
from supplier_sla.sample.stories import DAY, MINUTE
from supplier_sla.sample.suppliers import Supplier
from supplier_sla.sample.surveys import utc_text

Row = dict[str, str]

SOURCE = "callcentre"

_REPORTS_PER_MONTH = 2
_COMPLAINED_AFTER = 2 * DAY
_MISSED_PER_COMPLAINT = 90
"""One complaint a month for so many late tickets per thousand."""

_TEXTS = (
    ("lateness", "Nobody came, nobody called."),
    ("communication", "我打了三次电话，没人回复。"),
    ("quality", 'It was "repaired" and failed the same afternoon.'),
)


def complaint_rows(timeline: Timeline, suppliers: tuple[Supplier, ...], noted: NotedTickets) -> Iterator[Row]:
    """Rows of `complaints`: the more tickets are late, the more; one about the city's supplier names no ticket."""
    for supplier, index, number, ticket in _complained_about(timeline, suppliers, noted):
        complained_at = ticket.opened_at + _COMPLAINED_AFTER
        category, text = _TEXTS[(index + number) % len(_TEXTS)]
        is_answered = timeline.has_happened(_day(complained_at) + timedelta(days=10))
        yield {
            "source_system": SOURCE,
            "complaint_id": _complaint_id(supplier, index, number),
            "contact_id": _contact_id(supplier, index, number),
            "ticket_source_system": ticket.source_system,
            "ticket_id": ticket.ticket_id,
            "complained_at": utc_text(complained_at),
            "category_code": category,
            "state_code": "closed" if is_answered else "open",
            "is_justified": ("true" if number else "false") if is_answered else "",
            "complaint_text": text,
        }
    day = timeline.day(Stage.EFFECT, 12)
    if timeline.has_happened(day):
        yield {
            "source_system": SOURCE,
            "complaint_id": "CP-CITY-1",
            "supplier_id": "SUP-CITY",
            "complained_at": at(day, 15, 10),
            "category_code": "noise",
            "state_code": "answered",
            "complaint_text": "Mowing before six in the morning",
        }


def contact_rows(timeline: Timeline, suppliers: tuple[Supplier, ...], noted: NotedTickets) -> Iterator[Row]:
    """Rows of `contacts`: the call that led to a complaint, and those in which tickets were reported."""
    for supplier, index, number, ticket in _complained_about(timeline, suppliers, noted):
        _, text = _TEXTS[(index + number) % len(_TEXTS)]
        yield _contact(
            _contact_id(supplier, index, number), ticket, ticket.opened_at + _COMPLAINED_AFTER - 10 * MINUTE, text
        )
    for supplier in suppliers:
        for index in range(len(timeline.months)):
            for number, ticket in enumerate(noted.first_of(supplier.supplier_id, index)[:_REPORTS_PER_MONTH]):
                contact_id = f"CT-{supplier.key}-{timeline.months[index]:%y%m}-R{number}"
                yield _contact(contact_id, ticket, ticket.opened_at - 5 * MINUTE, "Reported by phone")


def _complained_about(
    timeline: Timeline, suppliers: tuple[Supplier, ...], noted: NotedTickets
) -> Iterator[tuple[Supplier, int, int, NotedTicket]]:
    """Supplier, month and number within it, and the ticket."""
    months = len(timeline.months)
    for supplier in suppliers:
        # The one or two customers of the smallest supplier are content.
        if not supplier.ticket_weight:
            continue
        for index, month in enumerate(timeline.months):
            missed = 1000 - supplier.behaviour.in_time_per_thousand(index, months)
            generator = timeline.options.random_for("complaints", supplier.supplier_id, month)
            count = (missed + generator.randrange(_MISSED_PER_COMPLAINT)) // _MISSED_PER_COMPLAINT
            tickets = noted.late_of(supplier.supplier_id, index) or noted.first_of(supplier.supplier_id, index)
            for number, ticket in enumerate(tickets[:count]):
                if timeline.has_happened(_day(ticket.opened_at + _COMPLAINED_AFTER)):
                    yield supplier, index, number, ticket


def _contact(contact_id: str, ticket: NotedTicket, contacted_at: int, text: str) -> Row:
    return {
        "source_system": SOURCE,
        "contact_id": contact_id,
        "ticket_source_system": ticket.source_system,
        "ticket_id": ticket.ticket_id,
        "contacted_at": utc_text(contacted_at),
        "channel_code": "phone",
        "contact_text": text,
    }


def _complaint_id(supplier: Supplier, index: int, number: int) -> str:
    return f"CP-{supplier.key}-{index:02d}{number}"


def _contact_id(supplier: Supplier, index: int, number: int) -> str:
    return f"CT-{supplier.key}-{index:02d}{number}"


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).date()
