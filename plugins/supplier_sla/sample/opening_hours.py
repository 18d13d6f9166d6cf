"""Adds open minutes to an instant, so that made-up work takes place inside the service hours.

Deliberately a plain walk over days: the sample must not share code with the clock that is tried on it.
Instants are whole seconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST_WALK_DAYS = 800


class OpeningHours:
    """Opening hours of one calendar.

    `weekly_versions` are (valid_from, hours of Monday to Sunday), oldest first; `exceptions` are hours by local date,
    "" for closed.
    """

    def __init__(
        self, zone: ZoneInfo, weekly_versions: Sequence[tuple[date, Sequence[str]]], exceptions: Mapping[date, str]
    ) -> None:
        self._zone = zone
        self._weekly_versions = weekly_versions
        self._exceptions = exceptions
        self._intervals: dict[date, tuple[tuple[int, int], ...]] = {}

    def instant_after(self, start: int, open_seconds: int) -> int:
        """The instant at which `open_seconds` of opening have passed since `start`."""
        # An interval across midnight belongs to the day on which it opens, hence the day before.
        day = local_day(start, self._zone) - timedelta(days=1)
        remaining = open_seconds
        for _ in range(_LONGEST_WALK_DAYS):
            for opens, closes in self._intervals_on(day):
                begin = max(opens, start)
                if closes <= begin:
                    continue
                if remaining <= closes - begin:
                    return begin + remaining
                remaining -= closes - begin
            day += timedelta(days=1)
        raise AssertionError(f"no {open_seconds} open seconds within {_LONGEST_WALK_DAYS} days")

    def _intervals_on(self, day: date) -> tuple[tuple[int, int], ...]:
        if day not in self._intervals:
            self._intervals[day] = tuple(self._read_intervals(day))
        return self._intervals[day]

    def _read_intervals(self, day: date) -> Sequence[tuple[int, int]]:
        hours = self._exceptions.get(day)
        if hours is None:
            weekly = [hours_of_week for valid_from, hours_of_week in self._weekly_versions if valid_from <= day]
            hours = weekly[-1][day.weekday()] if weekly else ""
        intervals = []
        for interval in filter(None, hours.split(";")):
            opens, closes = interval.split("-")
            closing_day = day if closes > opens else day + timedelta(days=1)
            intervals.append((self._instant(day, opens), self._instant(closing_day, closes)))
        return intervals

    def _instant(self, day: date, clock: str) -> int:
        if clock == "24:00":
            day, clock = day + timedelta(days=1), "00:00"
        return local_instant(day, time.fromisoformat(clock), self._zone)


def local_instant(day: date, clock: time, zone: ZoneInfo) -> int:
    """Seconds since 1970 of a local time; in a repeated hour the first one, in a skipped hour that much later."""
    local = datetime.combine(day, clock, tzinfo=zone)
    return int(local.astimezone(UTC).timestamp())


def local_day(instant: int, zone: ZoneInfo) -> date:
    """The local date of an instant."""
    return datetime.fromtimestamp(instant, zone).date()
