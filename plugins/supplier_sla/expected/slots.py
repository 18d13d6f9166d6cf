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

    `runs` are the instants of earlier runs that looked.
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
    return slots


def assign(expected: ExpectedDelivery, slots: Sequence[Slot], came: Sequence[Came]) -> None:
    """Put each delivery into its slot, in order of coming."""
    for delivery in sorted(came, key=lambda each: (each.came_at, each.delivery_id)):
        slot = _slot_of(expected, slots, delivery)
        if slot is not None:
            slot.came.append(delivery)


def _slot_of(expected: ExpectedDelivery, slots: Sequence[Slot], delivery: Came) -> Slot | None:
    if delivery.exported_at is not None:
        exported_at = delivery.exported_at
        return next((slot for slot in slots if exported_at <= slot.due_at), None)
    number = next((number for number, slot in enumerate(slots) if delivery.came_at <= slot.judged_at), None)
    if number is None:
        return None
    before = slots[number - 1] if number else None
    if before is not None and len(before.usable) < expected.files:
        late_until = before.judged_at + timedelta(hours=expected.late_hours)
        if delivery.came_at <= late_until:
            return before
    return slots[number]
