"""What a level's row promises: the target in seconds of the clock's own time, and the instant at which it is used up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from tests.support.reference.calendar import OPEN, UNKNOWN, Always, AnyCalendar, Calendar, Run, open_seconds
from tests.support.reference.register import Level, Register, Span

ROUND_THE_CLOCK = Always()
HORIZON = 40 * 366 * 24 * 3600


def calendar_of(level: Level, register: Register) -> AnyCalendar | None:
    """The calendar the clock runs by; None when it has not been delivered."""
    if level.unit in ("calendar_minutes", "promised_time"):
        return ROUND_THE_CLOCK
    calendar = register.calendars.get(level.calendar_id or "")
    return calendar if calendar is not None and calendar.is_known else None


def target_of(level: Level, calendar: AnyCalendar, started_at: int, promised_at: int | None) -> int | None:
    """Target in seconds; None when the calendar is not published far enough to tell."""
    if level.unit == "promised_time":
        assert promised_at is not None
        return promised_at - started_at
    if level.unit == "working_days":
        assert isinstance(calendar, Calendar)
        assert level.value is not None
        close = close_of_working_day(calendar, started_at, int(level.value))
        return None if close is None else open_seconds(calendar, started_at, close)
    return level.minutes_as_seconds


def close_of_working_day(calendar: Calendar, started_at: int, number: int) -> int | None:
    """Close of business of the n-th working day after the local date of the start; 0 is the same day or the next close."""
    day = calendar.local_date(started_at)
    if day is None:
        return None
    if number == 0:
        return _next_close(calendar, day, started_at)
    passed = 0
    while passed < number:
        day += timedelta(days=1)
        if not calendar.is_published_on(day):
            return None
        passed += calendar.close_of(day) is not None
    return calendar.close_of(day)


def _next_close(calendar: Calendar, day: date, started_at: int) -> int | None:
    while calendar.is_published_on(day):
        close = calendar.close_of(day)
        if close is not None and close > started_at:
            return close
        day += timedelta(days=1)
    return None


def used_up_at(calendar: AnyCalendar, start: int, remaining: int, excluded: Sequence[Span]) -> int | None:
    """When `remaining` seconds have passed, counting on from start; nothing remaining means the first open second."""
    for opens, closes, kind in counted_runs(calendar, start, start + HORIZON, excluded):
        if kind == UNKNOWN:
            return None
        if kind == OPEN:
            if remaining <= closes - opens:
                return opens + remaining
            remaining -= closes - opens
    return None


def counted_runs(calendar: AnyCalendar, start: int, end: int, excluded: Sequence[Span]) -> Iterator[Run]:
    """Open, closed and unknown time from start to end, leaving out what lies in excluded windows."""
    edges = sorted({start, end, *(edge for span in excluded for edge in (span.start, span.end) if start < edge < end)})
    for begin, until in pairwise(edges):
        if not any(span.holds_at(begin) for span in excluded):
            yield from calendar.runs(begin, until)
