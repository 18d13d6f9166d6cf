"""What is said of a deadline: on time, late, missing; and besides doubled, shrunken, stale. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from supplier_sla.expected.expectation import ExpectedDelivery
from supplier_sla.expected.slots import Came, Slot

FEWEST_TO_COMPARE = 3


@dataclass(frozen=True)
class Finding:
    """One state of a slot, with what was expected and found; `delivery_id` is what it speaks of, if anything came."""

    state_code: str
    expected: str
    found: str
    delivery_id: int | None = None


def findings(
    expected: ExpectedDelivery,
    slot: Slot,
    earlier: Sequence[Came],
    newest_content_at: Callable[[int], datetime | None],
) -> list[Finding]:
    """Everything to be said of one slot.

    Args:
        expected: what was promised.
        slot: a deadline that has passed, with what came for it.
        earlier: usable deliveries before it, newest first.
        newest_content_at: the newest instant in the rows of a delivery (content_id); None where it has none.
    """
    by = f"{expected.files} by {slot.due_at:%Y-%m-%d %H:%M %Z}"
    usable = slot.usable
    if len(usable) < expected.files:
        refused = [each.relative_path for each in slot.came if not each.is_usable]
        found = f"{len(usable)}" + (f", refused: {', '.join(refused)}" if refused else "")
        return [Finding("missing", by, found, slot.came[-1].delivery_id if slot.came else None)]
    last = usable[expected.files - 1]
    is_late = last.came_at > slot.judged_at
    timeliness = Finding(
        "late" if is_late else "on_time", by, f"{last.came_at:%Y-%m-%d %H:%M %Z}", usable[-1].delivery_id
    )
    return [
        timeliness,
        *_doubled(expected, usable),
        *_shrunken(expected, usable, earlier),
        *_stale(expected, slot, usable, earlier, newest_content_at),
    ]


def _doubled(expected: ExpectedDelivery, usable: Sequence[Came]) -> Iterator[Finding]:
    """Different files under different names; a file sent again with corrections under its own name is none."""
    newest_by_path = {each.relative_path: each.content_sha256 for each in usable}
    if len(set(newest_by_path.values())) > expected.files:
        yield Finding("doubled", f"{expected.files} files", ", ".join(sorted(newest_by_path)), usable[-1].delivery_id)


def _shrunken(expected: ExpectedDelivery, usable: Sequence[Came], earlier: Sequence[Came]) -> Iterator[Finding]:
    rule = expected.shrunken
    if rule is None:
        return
    known = [each.rows_in_file for each in earlier[: rule.deliveries]]
    if len(known) < FEWEST_TO_COMPARE:
        return
    least = rule.ratio * median(known)
    for each in usable:
        if each.rows_in_file < least:
            yield Finding(
                "shrunken",
                f"{least:,.0f} rows ({rule.ratio:g} of the median of {len(known)} deliveries)",
                f"{each.rows_in_file:,} rows",
                each.delivery_id,
            )
            return


def _stale(
    expected: ExpectedDelivery,
    slot: Slot,
    usable: Sequence[Came],
    earlier: Sequence[Came],
    newest_content_at: Callable[[int], datetime | None],
) -> Iterator[Finding]:
    last = usable[-1]
    is_known = last.state == "repeated" or bool(earlier and earlier[0].content_sha256 == last.content_sha256)
    if last.is_full and is_known:
        yield Finding("stale", "a full dump other than the one before", "nothing new in it", last.delivery_id)
        return
    rule = expected.stale
    newest = newest_content_at(last.content_id) if rule else None
    if rule is not None and newest is not None and newest < slot.due_at - timedelta(hours=rule.hours):
        yield Finding(
            "stale",
            f"{rule.column} of the last {rule.hours:g} hours before the deadline",
            f"none after {newest:%Y-%m-%d %H:%M %Z}",
            last.delivery_id,
        )
