"""Which service hours and limits explain the verdicts of a tool whose contract is not at hand?

For each candidate of service hours, and each class of tickets by itself, the limit that agrees with most verdicts. It
shares no code with the models: open minutes come from whole weeks and the place within the week of the local clock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
MONDAY = datetime(2001, 1, 1)


@dataclass(frozen=True)
class Verdict:
    """When a clock started, the classes (priorities) it ran under with the end of each, and what the tool said."""

    from_at: datetime
    classes: Sequence[tuple[str, datetime]]
    is_met: bool

    @property
    def class_code(self) -> str:
        """The class at the end, which the tool judged by."""
        return self.classes[-1][0]


@dataclass(frozen=True)
class ServiceHours:
    """The same hours on the first `day_count` days of the week, by the clock of a zone.

    Exact where no daylight-saving change falls inside the hours, which from Monday to Friday none does.
    """

    time_zone: str
    opens_hour: int
    closes_hour: int
    day_count: int = 5

    def __str__(self) -> str:
        days = "Mon-Fri" if self.day_count == 5 else f"{self.day_count} days"
        return f"{days} {self.opens_hour:02}:00-{self.closes_hour:02}:00 {self.time_zone}"

    def open_minutes(self, from_at: datetime, to_at: datetime) -> int:
        """Open minutes between two instants."""
        return self._position(to_at) - self._position(from_at)

    def _position(self, instant: datetime) -> int:
        local = instant.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)
        days, minute = divmod(int((local - MONDAY).total_seconds()) // 60, DAY_MINUTES)
        weeks, weekday = divmod(days, 7)
        length = (self.closes_hour - self.opens_hour) * 60
        today = min(max(minute - self.opens_hour * 60, 0), length) if weekday < self.day_count else 0
        return (weeks * self.day_count + min(weekday, self.day_count)) * length + today


@dataclass(frozen=True)
class Limit:
    """Any limit of `slowest_kept` up to, but not including, `fastest_missed` open minutes agrees with as many verdicts.

    None where nothing was kept, or nothing missed: then the verdicts bound the limit from one side only.
    """

    slowest_kept: int | None
    fastest_missed: int | None

    @property
    def minutes(self) -> int:
        """The smallest whole hour among them, if there is one: contracts are written in hours."""
        if self.slowest_kept is None:
            return 0
        hour = -(-self.slowest_kept // 60) * 60
        return hour if self.fastest_missed is None or hour < self.fastest_missed else self.slowest_kept

    def __str__(self) -> str:
        return f"{self.minutes} min of [{self.slowest_kept}, {self.fastest_missed})"


@dataclass(frozen=True)
class Fit:
    """A candidate with its limits, and the count of verdicts by class that they explain."""

    hours: ServiceHours
    limits: Mapping[str, Limit]
    explained: Mapping[str, int]

    def agreed(self, *classes: str) -> int:
        """Verdicts explained, of these classes or of all."""
        return sum(self.explained.get(class_code, 0) for class_code in classes or self.explained)


def best_fits(
    verdicts: Sequence[Verdict], candidates: Iterable[ServiceHours], decisive_classes: Sequence[str]
) -> list[Fit]:
    """Every candidate, best first: by agreement on the decisive classes, then on all; equals stay in their order."""
    fits = [fit(verdicts, hours) for hours in candidates]
    return sorted(fits, key=lambda one: (-one.agreed(*decisive_classes), -one.agreed()))


def fit(verdicts: Sequence[Verdict], hours: ServiceHours) -> Fit:
    """The limit of each class that agrees with most verdicts, and what the limits explain together."""
    readings: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    kept_before_change: dict[str, int] = defaultdict(int)
    for verdict in verdicts:
        *earlier, (last_class, end) = verdict.classes
        readings[last_class].append((hours.open_minutes(verdict.from_at, end), verdict.is_met))
        for class_code, until in earlier if verdict.is_met else ():
            used = hours.open_minutes(verdict.from_at, until)
            kept_before_change[class_code] = max(kept_before_change[class_code], used)
    limits = {code: fit_limit(of_class, kept_before_change[code]) for code, of_class in readings.items()}
    explained = Counter(verdict.class_code for verdict in verdicts if is_kept(verdict, hours, limits) == verdict.is_met)
    return Fit(hours, limits, explained)


def fit_limit(readings: Sequence[tuple[int, bool]], kept_before_change: int = 0) -> Limit:
    """Of all limits between two neighbouring readings (open minutes, kept) the one that agrees most, then the roomiest.

    A kept ticket that had used `kept_before_change` minutes when it left the class bounds the limit from below too.
    """
    balance: dict[int, int] = defaultdict(int)
    for used, is_met in readings:
        balance[used] += 1 if is_met else -1
    steps = sorted(balance)
    agreed = sum(not is_met for _, is_met in readings)
    found = [(agreed, 0, Limit(None, steps[0]))]
    for slowest_kept, fastest_missed in zip(steps, [*steps[1:], None], strict=True):
        agreed += balance[slowest_kept]
        room = (fastest_missed or slowest_kept) - slowest_kept
        found.append((agreed, room, Limit(slowest_kept, fastest_missed)))
    best = max(found, key=lambda each: each[:2])[2]
    if (best.slowest_kept or 0) < kept_before_change and kept_before_change < (best.fastest_missed or DAY_MINUTES**2):
        return Limit(kept_before_change, best.fastest_missed)
    return best


def is_kept(verdict: Verdict, hours: ServiceHours, limits: Mapping[str, Limit]) -> bool:
    """Whether no limit was used up while its class was in force."""
    return all(
        hours.open_minutes(verdict.from_at, until) <= limits[class_code].minutes
        for class_code, until in verdict.classes
    )
