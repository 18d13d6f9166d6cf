"""Which delivery belongs to which deadline. Pure functions of instants: the clock is the run's as_of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from supplier_sla.expected.expectation import ExpectedDelivery

LOOK_BACK = timedelta(days=15)


@dataclass(frozen=True)
class Came:
    """A delivery as the book has it.

    `came_at` is the as_of of the run that received it, or found it written anew; `content_id` is the delivery whose
    rows it is a copy of, else itself.
    """

    delivery_id: int
    relative_path: str
    content_sha256: str
    state: str
    came_at: datetime
    exported_at: datetime | None
    rows_in_file: int
    is_full: bool
    content_id: int

    @property
    def is_usable(self) -> bool:
        """Whether it was let in; a refused delivery has not come."""
        return self.state in ("loaded", "partly_loaded", "repeated")


@dataclass
class Slot:
    """One deadline and what came for it.

    `judged_at` is the first run at or after the deadline. Runs are all that the product sees: what the first of them
    finds counts as on time.
    """

    slot_date: date
    due_at: datetime
    judged_at: datetime
    came: list[Came] = field(default_factory=list)

    @property
    def usable(self) -> list[Came]:
        """What was let in, in order of coming."""
        return [each for each in self.came if each.is_usable]


def due_slots(expected: ExpectedDelivery, as_of: datetime, runs: Sequence[datetime]) -> list[Slot]:
    """The deadlines of the last days up to and including `as_of`, oldest first, and the one that comes next.

    `runs` are the instants of earlier runs that looked, oldest first; what was due before the first of them, or before
    this one if nobody looked, is left out: it is not held against the source.
    """
    slots: list[Slot] = []
    day = (as_of - LOOK_BACK).date()
    while not slots or slots[-1].due_at <= as_of:
        if expected.is_due_on(day):
            due_at = expected.due_at(day)
            judged_at = min((run for run in (*runs, as_of) if run >= due_at), default=due_at)
            slots.append(Slot(day, due_at, judged_at))
        day += timedelta(days=1)
        if day > (as_of + LOOK_BACK).date():
            break
    due_before = [slot for slot in slots if slot.due_at <= (runs[0] if runs else as_of)]
    return slots[max(len(due_before) - 1, 0) :]


def assign(expected: ExpectedDelivery, slots: Sequence[Slot], came: Sequence[Came]) -> None:
    """Put each delivery into its slot, in order of coming."""
    for delivery in sorted(came, key=lambda each: (each.came_at, each.delivery_id)):
        slot = _slot_of(expected, slots, delivery)
        if slot is not None:
            slot.came.append(delivery)


def _slot_of(expected: ExpectedDelivery, slots: Sequence[Slot], delivery: Came) -> Slot | None:
    if delivery.exported_at is not None:
        stated_for = delivery.exported_at + timedelta(days=expected.name_days)
        return next((slot for slot in slots if stated_for <= slot.due_at), None)
    judged_at = min((slot.judged_at for slot in slots if delivery.came_at <= slot.judged_at), default=None)
    judged_together = [slot for slot in slots if slot.judged_at == judged_at]
    if not judged_together:
        return None
    before = [slot for slot in slots if slot.judged_at < judged_together[0].judged_at][-1:]
    for slot in before:
        is_in_time = delivery.came_at <= slot.judged_at + timedelta(hours=expected.late_hours)
        if is_in_time and len(slot.usable) < expected.files:
            return slot
    # Where no run looked in between, what was found belongs to the newest deadline first.
    is_open = [slot for slot in judged_together if len(slot.usable) < expected.files]
    return (is_open or judged_together)[-1]
