"""A slow clock to hold the fast one against: walks through time by the minute and looks at the wall clock of the zone.

It shares no code and no idea with the models: no segments, no running sums, no offsets; only `zoneinfo` and a loop.
Hours of calendars lie on whole minutes, so a minute is open or closed as a whole; the first and last minute of a
stretch count by seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass
class ReferenceCalendar:
    """Opening hours as (open, close) in minutes of the local day; close <= open reaches into the next day."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[tuple[int, int]]]
    exceptions: Mapping[date, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def is_open(self, instant: datetime) -> bool:
        """Whether the wall clock shows a time inside the hours at that instant."""
        local = instant.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        for opens, closes in self._hours(local.date()):
            if opens <= minute < (closes if closes > opens else 24 * 60):
                return True
        return any(
            closes <= opens and minute < closes for opens, closes in self._hours(local.date() - timedelta(days=1))
        )

    def _hours(self, day: date) -> Sequence[tuple[int, int]]:
        return self.exceptions.get(day, self.weekly.get(day.isoweekday(), ()))


@dataclass
class ReferenceReading:
    """Elapsed open seconds of all stretches, and the instant at which a target would have been used up, if it was."""

    elapsed_seconds: int
    used_up_at: datetime | None


def read_clock(
    calendar: ReferenceCalendar | None, stretches: Sequence[tuple[datetime, datetime]], target_seconds: int
) -> ReferenceReading:
    """Walk through the stretches in which the clock ran; without a calendar every minute is open."""
    elapsed = 0
    used_up_at: datetime | None = None
    for start, end in stretches:
        at = start
        while at < end:
            next_minute = at.replace(second=0) + MINUTE
            step_end = min(next_minute, end)
            if calendar is None or calendar.is_open(at):
                step = int((step_end - at).total_seconds())
                if used_up_at is None and elapsed + step >= target_seconds:
                    used_up_at = at + timedelta(seconds=target_seconds - elapsed)
                elapsed += step
            at = step_end
    return ReferenceReading(elapsed, used_up_at)


def utc(text: str) -> datetime:
    """An instant from '2026-03-08 07:00[:00]', read as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
