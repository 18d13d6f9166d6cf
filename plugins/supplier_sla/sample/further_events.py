"""What is added to a history once it is told: written updates and the handover to another supplier.

Nothing is drawn here, so the stories stay as they are with and without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from supplier_sla.sample.stories import HOUR, Event

_UPDATE_EVERY = 20 * HOUR
_QUESTION_BEFORE = 2 * HOUR
_TYPES_AT_WORK = ("resumed", "commented", "work_centre_changed", "priority_changed")


def with_updates(events: Sequence[Event]) -> list[Event]:
    """The history with an update in the middle of each long stretch of work, after a question of the requester."""
    updated: list[Event] = []
    for event, following in pairwise(events):
        updated.append(event)
        if _is_at_work(event) and following.at - event.at > _UPDATE_EVERY:
            middle = (event.at + following.at) // 2
            updated += [Event(middle - _QUESTION_BEFORE, "requester_commented"), Event(middle, "commented")]
    return [*updated, *events[-1:]]


def _is_at_work(event: Event) -> bool:
    return event.state == "in_progress" or event.type in _TYPES_AT_WORK


def with_handover(events: Sequence[Event], work_centre: str) -> list[Event]:
    """The history with a change to the work centre of another supplier shortly before the first resolution, if any."""
    return list(_handed_over(events, work_centre))


def _handed_over(events: Sequence[Event], work_centre: str) -> Iterator[Event]:
    resolutions = [position for position, event in enumerate(events) if event.type == "resolved"]
    for position, event in enumerate(events):
        if resolutions and position == resolutions[0]:
            halfway = (events[position - 1].at + event.at) // 2
            yield Event(halfway, "work_centre_changed", work_centre=work_centre, reason="network_fault")
        yield event
