"""The deliveries of a slot's build, frozen when the slot is chosen: what is judged later waits for the next night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True)
class Deliveries:
    """The deliveries that a build may use: the highest number, and how many there are.

    The count belongs to it: a delivery that a crash left unfinished keeps its number and may be finished after a higher
    one was published; then the count changes and the watermark does not.
    """

    watermark: int
    count: int

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Deliveries:
        """Of the deliveries with these numbers."""
        return cls(max(numbers, default=0), len(numbers))


def usable_deliveries(cursor: Cursor) -> list[int]:
    """Numbers of the deliveries with rows that models may use, read at one instant."""
    cursor.execute(
        "select delivery_id from ops.delivery"
        " where state in ('loaded', 'partly_loaded') and is_checked order by delivery_id"
    )
    return [number for (number,) in cursor.fetchall()]


def built_deliveries(cursor: Cursor, slot: str) -> set[int]:
    """Numbers of the deliveries that are in the slot's tables since its last published build."""
    cursor.execute("select delivery_id from ops.slot_delivery where slot = %s and is_built", (slot,))
    return {number for (number,) in cursor.fetchall()}


def freeze_deliveries(cursor: Cursor, slot: str, numbers: Sequence[int], *, keep_built: bool) -> int:
    """Make `numbers` what the slot's build may use, and return how many of them are new to its tables.

    Args:
        cursor: inside the transaction that reserves the slot.
        slot: the reserved one.
        numbers: of all usable deliveries.
        keep_built: those of the slot's last build are in its tables still; else every one is new.
    """
    if not keep_built:
        cursor.execute("delete from ops.slot_delivery where slot = %s", (slot,))
    cursor.execute(
        "insert into ops.slot_delivery (slot, delivery_id, is_built)"
        " select %s, unnest(%s::bigint[]), false on conflict do nothing",
        (slot, list(numbers)),
    )
    new = cursor.rowcount
    # Models begin with a join to this list: a planner that takes it for short chooses worse plans for all that follows.
    # PostgreSQL 16 does not let us: it warns and goes on.
    cursor.execute("analyze ops.slot_delivery")
    return new


def record_built_deliveries(cursor: Cursor, slot: str) -> None:
    """Everything the build could use is in the slot's tables now."""
    cursor.execute("update ops.slot_delivery set is_built = true where slot = %s and not is_built", (slot,))
