"""Events derived from the differences between snapshots, in words: how they are known, and how well."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from supplier_sla.explain.layout import Pen
from supplier_sla.explain.moments import duration
from supplier_sla.explain.ticket import Row


def derived_bounds(row: Row, prefix: str, pen: Pen) -> str:
    """Between which instants the change lies; `prefix` is that of the columns, e.g. known for known_from_at."""
    first, last = row[f"{prefix}_from_at"], row[f"{prefix}_until_at"]
    if last is None:
        return pen.say("derived_unseen", first=pen.when(first))
    if first == last:
        return pen.say("derived_told")
    return pen.say("derived_between", first=pen.when(first), last=pen.when(last))


def derived_summary(events: Iterable[Row], pen: Pen) -> str | None:
    """How many of the events that a clock read are derived, and how wide the widest bounds are; None without any."""
    derived = [event for event in events if event["is_derived"]]
    if not derived:
        return None
    widths = [event["known_until_at"] - event["known_from_at"] for event in derived if event["known_until_at"]]
    widest = max(widths, default=timedelta())
    return pen.say("derived_summary", count=len(derived), widest=duration(int(widest.total_seconds())))
