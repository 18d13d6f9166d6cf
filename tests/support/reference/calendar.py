"""Opening hours as a person reads them: what does the wall clock of the zone show in this minute, and is that open?

Instants are whole seconds since 1970 UTC. Hours lie on whole minutes, so a minute is open, closed or unknown as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

CLOSED, OPEN, UNKNOWN = "closed", "open", "unknown"
MINUTE = 60
DAY = 24 * 60 * MINUTE

Hours = Sequence[tuple[int, int]]
Run = tuple[int, int, str]


@dataclass(frozen=True)
class Week:
    """One delivered version of a calendar: hours by weekday from `first_day` until before `end_day`.

    Hours are (open, close) in minutes of the local day; a close at or before its open lies on the next day.
    """

    zone: ZoneInfo
    first_day: date
    end_day: date
    weekdays: tuple[Hours, ...]

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day < self.end_day


class Calendar:
    """Versions of hours and the dates that differ from them."""

    def __init__(self, weeks: Sequence[Week], exceptions: Mapping[date, Hours]) -> None:
        self._weeks = weeks
        self._exceptions = exceptions
        self._days: dict[int, tuple[Run, ...]] = {}

    @property
    def is_known(self) -> bool:
        """Whether a single day of it has been published."""
        return any(week.first_day < week.end_day for week in self._weeks)

    def runs(self, start: int, end: int) -> Iterator[Run]:
        """Open, closed and unknown time from start to end, in order, cut at UTC midnight."""
        day = start // DAY
        while day * DAY < end:
            for opens, closes, kind in self._runs_of_day(day):
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end), kind
            day += 1

    def close_of(self, day: date) -> int | None:
        """End of the last opening that begins on a local date; None when there is none or the day is unknown."""
        week = self._week_on(day)
        if week is None:
            return None
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        last = None
        for minute in range(midnight - DAY, midnight + 3 * DAY, MINUTE):
            if self._is_in_hours_of(week, day, datetime.fromtimestamp(minute, week.zone)):
                last = minute + MINUTE
        return last

    def is_published_on(self, day: date) -> bool:
        return self._week_on(day) is not None

    def local_date(self, instant: int) -> date | None:
        """The date that the calendar's own wall clock shows; None where no version holds."""
        for week in self._weeks:
            local = datetime.fromtimestamp(instant, week.zone).date()
            if week.holds_on(local):
                return local
        return None

    def _runs_of_day(self, day: int) -> tuple[Run, ...]:
        if day not in self._days:
            minutes = range(day * DAY, (day + 1) * DAY, MINUTE)
            runs = [(kind, list(same)) for kind, same in groupby(minutes, self._look)]
            self._days[day] = tuple((same[0], same[-1] + MINUTE, kind) for kind, same in runs)
        return self._days[day]

    def _look(self, minute: int) -> str:
        is_published = is_open = False
        for week in self._weeks:
            local = datetime.fromtimestamp(minute, week.zone)
            today, yesterday = local.date(), local.date() - timedelta(days=1)
            is_published = is_published or week.holds_on(today)
            is_open = is_open or any(
                week.holds_on(day) and self._is_in_hours_of(week, day, local) for day in (today, yesterday)
            )
        if not is_published:
            return UNKNOWN
        return OPEN if is_open else CLOSED

    def _is_in_hours_of(self, week: Week, day: date, local: datetime) -> bool:
        minute = local.hour * 60 + local.minute
        for opens, closes in self._exceptions.get(day, week.weekdays[day.weekday()]):
            if local.date() == day and opens <= minute < (closes if closes > opens else 24 * 60):
                return True
            if local.date() == day + timedelta(days=1) and closes <= opens and minute < closes:
                return True
        return False

    def _week_on(self, day: date) -> Week | None:
        return next((week for week in self._weeks if week.holds_on(day)), None)


class Always:
    """Round the clock: every second is open."""

    is_known = True

    def runs(self, start: int, end: int) -> Iterator[Run]:
        """The whole time as one open stretch."""
        if start < end:
            yield start, end, OPEN


AnyCalendar = Calendar | Always


def open_seconds(calendar: AnyCalendar, start: int, end: int) -> int | None:
    """Open seconds from start to end; None when a minute of it is unknown."""
    total = 0
    for opens, closes, kind in calendar.runs(start, end):
        if kind == UNKNOWN:
            return None
        if kind == OPEN:
            total += closes - opens
    return total
