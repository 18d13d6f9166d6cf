"""The life of one made-up ticket: what happened to it and when, from opening to close.

A story is told to its end at once, also past the end of the sample; `exports` shows of it what was known at each
export. Instants are whole seconds since 1970 in UTC.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from supplier_sla.sample.calendars import Calendars
from supplier_sla.sample.contracts import NIGHT_RESPONSE, PRIORITIES, Contract, Target
from supplier_sla.sample.draws import chance, mostly_low, weighted
from supplier_sla.sample.opening_hours import OpeningHours, local_day
from supplier_sla.sample.texts import ADDRESSES, PAUSE_REASONS, TITLES

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

UNMAPPED_WORK_CENTRE = "WC-9999"
"""A work centre that no register maps to a supplier; its tickets load and show up in a qc_ table."""

STATE_AFTER = {
    "opened": "new",
    "assigned": "assigned",
    "paused": "on_hold",
    "resumed": "in_progress",
    "reopened": "in_progress",
    "resolved": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
}
"""State that an event implies by its type alone."""

_PRIORITY_WEIGHTS = tuple(zip(PRIORITIES, (8, 22, 45, 25), strict=True))


@dataclass(frozen=True)
class Event:
    """One recorded change; empty texts mean unchanged, an empty state the one the type implies."""

    at: int
    type: str
    state: str = ""
    priority: str = ""
    work_centre: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Answer:
    """One filled-in questionnaire: scores by question, "" for a question left out."""

    at: int
    scores: tuple[tuple[str, str], ...]
    comment: str


@dataclass
class Story:
    """One ticket and all that ever happens to it, events in the order in which they were recorded."""

    ticket_id: str
    contract: Contract
    ticket_type: str
    category: str
    title: str
    address: str
    promised_at: int | None
    names_contract: bool
    oddity: str
    events: list[Event] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def opened_at(self) -> int:
        """Instant of opening."""
        return self.events[0].at


def tell_story(
    generator: random.Random,
    calendars: Calendars,
    contract: Contract,
    *,
    ticket_id: str,
    ticket_type: str,
    opened_at: int,
    names_contract: bool,
    oddity: str,
    in_time_per_thousand: int,
) -> Story:
    """Draw one ticket. `oddity` is "" or one of the deliberate oddities named in `exports`."""
    category, title = weighted(generator, TITLES[contract.supplier.category])
    field_service = contract.supplier.category == "field_service"
    story = Story(
        ticket_id=ticket_id,
        contract=contract,
        ticket_type=ticket_type,
        category=category,
        title=title,
        address=generator.choice(ADDRESSES[contract.supplier.country.code]) if field_service else "",
        promised_at=opened_at + 3 * DAY if field_service and chance(generator, 900) else None,
        names_contract=names_contract,
        oddity=oddity,
    )
    teller = _Teller(generator, calendars, story, in_time_per_thousand)
    story.events.extend(teller.tell(opened_at))
    return story


class _Teller:
    """Tells one story; its methods yield events in time order."""

    def __init__(self, generator: random.Random, calendars: Calendars, story: Story, in_time_per_thousand: int) -> None:
        self._generator = generator
        self._calendars = calendars
        self._story = story
        self._in_time_per_thousand = in_time_per_thousand
        self._work_centres = [centre.work_centre_id for centre in story.contract.supplier.work_centres]

    def tell(self, opened_at: int) -> Iterator[Event]:
        generator, contract = self._generator, self._story.contract
        priority = weighted(generator, _PRIORITY_WEIGHTS)
        work_centre = generator.choice(self._work_centres)
        assigned_at = opened_at if chance(generator, 150) else opened_at + mostly_low(generator, MINUTE, 20 * MINUTE)
        response_start = assigned_at if contract.response_starts == "assigned" else opened_at
        responded_at = self._work(response_start, self._response_target(priority))
        responded_at = max(responded_at, assigned_at + 30)

        named_priority = "" if self._story.oddity == "without_priority" else priority
        named_work_centre = UNMAPPED_WORK_CENTRE if self._story.oddity == "unmapped_work_centre" else work_centre
        yield Event(opened_at, "opened", priority=named_priority)
        yield Event(assigned_at, "assigned", work_centre=named_work_centre)
        if self._story.oddity == "closed_before_opened":
            # A clock set wrong in the tool: the work order was closed before it was opened.
            yield Event(opened_at - 2 * HOUR, "resolved")
            yield Event(opened_at - HOUR, "closed")
            return
        if chance(generator, 30):
            yield Event(assigned_at + mostly_low(generator, 5 * MINUTE, 6 * HOUR), "cancelled", reason="withdrawn")
            return
        first_response_recorded = not chance(generator, 30)
        if first_response_recorded:
            yield Event(responded_at, "responded", state="in_progress")
        if chance(generator, 12):
            yield Event(responded_at + HOUR, "state_changed", state="waiting_third_party", reason="parts_on_order")
            return
        yield from self._work_until_close(opened_at, responded_at, priority, work_centre)

    def _work_until_close(self, opened_at: int, responded_at: int, priority: str, work_centre: str) -> Iterator[Event]:
        generator = self._generator
        target, hours = self._resolution_target(opened_at, priority)
        open_seconds = self._share_of(target)
        latest = responded_at
        if chance(generator, 60) and self._story.oddity != "without_priority":
            latest += mostly_low(generator, 2 * MINUTE, HOUR)
            others = [other for other in PRIORITIES if other != priority]
            yield Event(latest, "priority_changed", priority=generator.choice(others), reason="impact_reassessed")
        if chance(generator, 90) and self._story.oddity != "unmapped_work_centre":
            latest += mostly_low(generator, 2 * MINUTE, 2 * HOUR)
            others = [other for other in self._work_centres if other != work_centre]
            yield Event(latest, "work_centre_changed", work_centre=generator.choice(others), reason="handed_over")
        if chance(generator, 120):
            latest += mostly_low(generator, 2 * MINUTE, HOUR)
            yield Event(latest, "commented")

        started_at, remaining = opened_at, open_seconds
        for _ in range(weighted(generator, ((0, 68), (1, 25), (2, 7)))):
            worked = remaining // 3
            paused_at = max(hours.instant_after(started_at, worked), latest + MINUTE)
            resumed_at = paused_at + mostly_low(generator, HOUR, 3 * DAY)
            yield from self._pause(paused_at, resumed_at)
            started_at, remaining, latest = resumed_at, remaining - worked, resumed_at

        resolved_at = max(hours.instant_after(started_at, remaining), latest + 2 * MINUTE)
        yield Event(resolved_at, "resolved", reason="fixed")
        if chance(generator, 50):
            reopened_at = resolved_at + mostly_low(generator, HOUR, 20 * HOUR)
            yield Event(reopened_at, "reopened", reason="not_fixed")
            resolved_at = hours.instant_after(reopened_at, mostly_low(generator, 10 * MINUTE, 4 * HOUR))
            yield Event(resolved_at, "resolved", reason="fixed")
        yield Event(resolved_at + mostly_low(generator, HOUR, 3 * DAY), "closed")

    def _pause(self, paused_at: int, resumed_at: int) -> Iterator[Event]:
        """A pause as tools write it: a named waiting state, or the plain pair paused and resumed."""
        reason = self._generator.choice(PAUSE_REASONS)
        if chance(self._generator, 650):
            yield Event(paused_at, "state_changed", state="waiting_customer", reason=reason)
            yield Event(resumed_at, "state_changed", state="in_progress")
        else:
            yield Event(paused_at, "paused", reason=reason)
            yield Event(resumed_at, "resumed")

    def _response_target(self, priority: str) -> Target:
        if self._story.ticket_type == "night_call":
            return NIGHT_RESPONSE
        return self._story.contract.response_targets[priority]

    def _resolution_target(self, opened_at: int, priority: str) -> tuple[Target, OpeningHours]:
        contract = self._story.contract
        target = contract.resolution_target(priority, local_day(opened_at, contract.supplier.zone))
        return target, self._calendars.opening_hours(target.calendar_id)

    def _work(self, start: int, target: Target) -> int:
        return self._calendars.opening_hours(target.calendar_id).instant_after(start, self._share_of(target))

    def _share_of(self, target: Target) -> int:
        """Open seconds used: 5 to 97 % of the target when in time, else 103 to 300 %."""
        allowed = target.allowed * MINUTE
        if chance(self._generator, self._in_time_per_thousand):
            return mostly_low(self._generator, allowed * 5 // 100, allowed * 97 // 100)
        return mostly_low(self._generator, allowed * 103 // 100, allowed * 3)


def with_earlier_resolution(story: Story) -> Story:
    """The same story after its tool corrected the last resolution to halfway between it and the event before."""
    index = max(position for position, event in enumerate(story.events) if event.type == "resolved")
    previous, resolved = story.events[index - 1], story.events[index]
    corrected = replace(resolved, at=(previous.at + resolved.at) // 2)
    return replace(story, events=[*story.events[:index], corrected, *story.events[index + 1 :]])
