"""Which formats of timestamps the values of a column have, and what they leave open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from supplier_sla.landing.timestamps import ISO8601

_DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d-%b-%Y",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d %b %Y",
    "%b %d, %Y",
)
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M:%S %p")

# With its day and month the other way round.
TWINS: Mapping[str, str] = {
    date + time: date.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m") + time
    for date, time in product(_DAY_FIRST, _TIMES)
}
_TWIN_OF = {**TWINS, **{month: day for day, month in TWINS.items()}}

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?\Z")


def _shape(text: str) -> str:
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"[0-9]+", "9", text))


def _patterns_by_shape() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    example = datetime(2026, 1, 5, 9, 12, 44, 123456)
    plain = [date + time for date, time in product(_DATES, _TIMES)]
    for pattern in (*plain, *TWINS, *TWINS.values()):
        found.setdefault(_shape(example.strftime(pattern)), []).append(pattern)
    return found


_PATTERNS_BY_SHAPE = _patterns_by_shape()


@dataclass
class TimestampsSeen:
    """How many values of a column fit each format, and how many do not fit it with day and month swapped."""

    fits: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    value_count: int = 0
    fitting_count: int = 0
    has_offset: bool = False
    has_local: bool = False

    @classmethod
    def of(cls, values: Iterable[str]) -> TimestampsSeen:
        """Look at values, each once."""
        seen = cls()
        for value in values:
            seen.value_count += 1
            patterns = fitting_formats(value)
            seen.fitting_count += bool(patterns)
            seen.fits.update(patterns)
            for pattern in patterns:
                if pattern in _TWIN_OF and _TWIN_OF[pattern] not in patterns:
                    seen.alone[pattern] += 1
            if patterns == [ISO8601] and re.search(r"(Z|[+-]\d\d(:?\d\d)?)\Z", value[10:]):
                seen.has_offset = True
            elif patterns:
                seen.has_local = True
        return seen

    @property
    def is_timestamp(self) -> bool:
        """Whether nearly all values are timestamps."""
        return self.value_count > 0 and self.fitting_count >= 0.9 * self.value_count


def fitting_formats(value: str) -> list[str]:
    """The formats that a value fits, `iso8601` first."""
    if _ISO.match(value):
        return [ISO8601] if _is_iso(value) else []
    return [pattern for pattern in _PATTERNS_BY_SHAPE.get(_shape(value), ()) if _fits(value, pattern)]


@dataclass(frozen=True)
class FormatChoice:
    """The formats of a file's timestamps in order of fit, and the pairs of which nothing seen decides for one."""

    decided: tuple[str, ...]
    undecided: tuple[tuple[str, str], ...]
    contradicting: tuple[tuple[str, str], ...]


def choose_formats(columns: Iterable[TimestampsSeen]) -> FormatChoice:
    """Decide by evidence: a day above 12 anywhere in the file tells which number is the day in all of its columns."""
    fits: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for column in columns:
        fits.update(column.fits)
        alone.update(column.alone)
    # Separators and times differ from column to column, the habit of writing the day first does not.
    day_first = sum(alone[pattern] for pattern in TWINS)
    month_first = sum(alone[pattern] for pattern in TWINS.values())
    decided = {pattern: count for pattern, count in fits.items() if pattern not in _TWIN_OF}
    undecided: list[tuple[str, str]] = []
    contradicting: list[tuple[str, str]] = []
    for day, month in TWINS.items():
        if not fits[day] and not fits[month]:
            continue
        if day_first and not month_first:
            decided[day] = fits[day]
        elif month_first and not day_first:
            decided[month] = fits[month]
        else:
            (contradicting if day_first else undecided).append((day, month))
    in_order = sorted((pattern for pattern, count in decided.items() if count), key=lambda pattern: -decided[pattern])
    return FormatChoice(tuple(in_order), tuple(undecided), tuple(contradicting))


def _is_iso(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _fits(value: str, pattern: str) -> bool:
    try:
        return datetime.strptime(value, pattern).year >= 1900
    except ValueError:
        return False
