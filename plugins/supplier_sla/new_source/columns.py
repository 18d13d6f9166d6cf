"""What the first records of a file say about each of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from supplier_sla.new_source.formats import TimestampsSeen

Kind = Literal["empty", "timestamp", "truth", "number", "list", "code", "text"]

# Texts that tools write where there is no value.
NULL_MARKS = frozenset(
    {
        "?",
        "-",
        "--",
        "n/a",
        "na",
        "null",
        "none",
        "nil",
        "(null)",
        "(empty)",
        "(blank)",
        "#n/a",
        "\\n",
        "<null>",
        "无",
        "空",
    }
)

MOST_CODES = 40
MOST_VALUES = 2_000

_NUMBER = re.compile(r"-?[0-9]{1,15}([.][0-9]{1,15})?\Z")
_TRUTH = {"true", "false", "yes", "no", "t", "f", "y", "n"}


@dataclass(frozen=True)
class SeenColumn:
    """One column: its values (null marks left out) with their counts, and what they are."""

    name: str
    kind: Kind
    counts: Mapping[str, int]
    null_marks: frozenset[str]
    timestamps: TimestampsSeen

    @property
    def filled_count(self) -> int:
        """Records in which it has a value."""
        return sum(self.counts.values())

    @property
    def is_unique(self) -> bool:
        """Whether no value comes twice."""
        return all(count == 1 for count in self.counts.values())


def see_columns(names: Sequence[str], records: Iterable[Mapping[str, str]]) -> list[SeenColumn]:
    """Every column, in the order of the file."""
    values: dict[str, Counter[str]] = {name: Counter() for name in names}
    for record in records:
        for name, value in record.items():
            if value and (value in values[name] or len(values[name]) < MOST_VALUES):
                values[name][value] += 1
    return [_see(name, counts) for name, counts in values.items()]


def _see(name: str, counts: Counter[str]) -> SeenColumn:
    marks = frozenset(value for value in counts if value.strip().casefold() in NULL_MARKS)
    filled = {value: count for value, count in counts.items() if value not in marks}
    timestamps = TimestampsSeen.of(list(filled)[:500])
    return SeenColumn(name, _kind(filled, timestamps), filled, marks, timestamps)


def _kind(filled: Mapping[str, int], timestamps: TimestampsSeen) -> Kind:
    if not filled:
        return "empty"
    if timestamps.is_timestamp:
        return "timestamp"
    if {value.casefold() for value in filled} <= _TRUTH:
        return "truth"
    if all(value.startswith(("[", "{")) for value in filled):
        return "list"
    if all(_NUMBER.match(value) for value in filled):
        return "number"
    repeats = sum(filled.values()) > 2 * len(filled) or len(filled) <= 3
    return "code" if repeats and len(filled) <= MOST_CODES and max(map(len, filled)) <= 60 else "text"
