"""Service hours laid out for DuckDB with `zoneinfo`; shares neither code nor ideas with the calendar models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from benchmarks.company import PUBLISHED_UNTIL, VALID_FROM, CalendarPlan, opening_times

DAY_SECONDS = 86_400
MINUTE_SECONDS = 60
MARGIN = timedelta(hours=3)

Piece = tuple[int, int]
"""Start and end in seconds since 1970, end excluded."""


def open_pieces(plan: CalendarPlan) -> list[Piece]:
    """Open time of a calendar in order, overlaps and contiguous pieces merged."""
    merged: list[Piece] = []
    for opens, closes in sorted(_pieces(plan)):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def open_days(plan: CalendarPlan) -> Iterator[tuple[int, int, list[Piece]]]:
    """Each UTC day since 1970 by number, the open seconds before it, and its pieces in seconds since its midnight."""
    pieces_by_day: dict[int, list[Piece]] = {}
    for opens, closes in open_pieces(plan):
        cuts = [opens, *range((opens // DAY_SECONDS + 1) * DAY_SECONDS, closes, DAY_SECONDS), closes]
        for start, end in pairwise(cuts):
            midnight = start // DAY_SECONDS * DAY_SECONDS
            pieces_by_day.setdefault(start // DAY_SECONDS, []).append((start - midnight, end - midnight))
    open_before = 0
    for day in range(_day_number(VALID_FROM) - 1, _day_number(PUBLISHED_UNTIL) + 1):
        pieces = pieces_by_day.get(day, [])
        yield day, open_before, pieces
        open_before += sum(end - start for start, end in pieces)


def _pieces(plan: CalendarPlan) -> Iterator[Piece]:
    zone = ZoneInfo(plan.time_zone)
    exceptions = plan.exceptions()
    for ordinal in range(VALID_FROM.toordinal(), PUBLISHED_UNTIL.toordinal()):
        day = date.fromordinal(ordinal)
        hours = exceptions[day][0] if day in exceptions else plan.hours_on(day)
        midnight = datetime(day.year, day.month, day.day)
        for opens, closes in opening_times(hours):
            yield from _on_the_wall(zone, midnight + opens, midnight + closes)


def _on_the_wall(zone: ZoneInfo, opens: datetime, closes: datetime) -> Iterator[Piece]:
    """The instants at which the wall clock of the zone shows a time from `opens` to `closes` (both without zone)."""
    offset = opens.replace(tzinfo=zone).utcoffset() or timedelta(0)
    earliest = (opens - offset - MARGIN).replace(tzinfo=UTC)
    latest = (closes - offset + MARGIN).replace(tzinfo=UTC)
    if earliest.astimezone(zone).utcoffset() == latest.astimezone(zone).utcoffset() == offset:
        yield _seconds(opens, offset), _seconds(closes, offset)
        return
    # The offset changes close by: look at the wall clock every minute.
    instant = earliest
    while instant < latest:
        if opens <= instant.astimezone(zone).replace(tzinfo=None) < closes:
            start = int(instant.timestamp())
            yield start, start + MINUTE_SECONDS
        instant += timedelta(seconds=MINUTE_SECONDS)


def _seconds(local: datetime, offset: timedelta) -> int:
    return int((local - offset).replace(tzinfo=UTC).timestamp())


def _day_number(day: date) -> int:
    return (day - date(1970, 1, 1)).days
