"""What is done to the values of one canonical column, a batch at a time: codes, timestamps, order within an instant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from supplier_sla.landing.contract import Column
from supplier_sla.landing.profiles.file_profile import FileProfile
from supplier_sla.landing.profiles.source_column import QUARANTINE, SourceColumn
from supplier_sla.landing.refusal import Problem
from supplier_sla.landing.timestamps import ISO8601, TimestampNotReadable, to_utc

# Takes the values of one column and the lines of their records; notes what it cannot convert, and leaves that as it is.
Converter = Callable[[Sequence[str], Sequence[int], list[Problem]], Sequence[str]]

MOST_MICROSECONDS = 999_999

_MICROSECONDS = re.compile(r"[0-9]{1,6}\Z")


def converters(column: Column, source: SourceColumn, file_profile: FileProfile) -> tuple[Converter, ...]:
    """What has to be done to the values of one column, in order; mostly nothing."""
    if source.meanings is not None:
        return (_with_codes(column, source),)
    formats = file_profile.timestamp_formats_of(source)
    is_rewritten = file_profile.zone is not None or formats != (ISO8601,) or source.tie_breaker is not None
    if column.type == "timestamp" and is_rewritten:
        return (_in_utc(column, formats, file_profile.zone),)
    return ()


def with_ties_broken(
    column: Column, values: Sequence[str], counts: Sequence[str], lines: Sequence[int], problems: list[Problem]
) -> Sequence[str]:
    """Timestamps in UTC with a whole number added to each as microseconds."""
    results = []
    for value, count, line in zip(values, counts, lines, strict=True):
        if value and count and not _MICROSECONDS.match(count):
            expected = f"a whole number from 0 to {MOST_MICROSECONDS} that tells versions of one instant apart"
            problems.append(Problem(line, column.name, count, expected, "wrong_type"))
        elif value and count and int(count):
            value = _later_by(value, int(count))
        results.append(value)
    return results


def _later_by(value: str, microseconds: int) -> str:
    """What is no timestamp in UTC is left as it is: it has its problem already, or gets it from the file contract."""
    try:
        instant = datetime.fromisoformat(value) + timedelta(microseconds=microseconds)
    except (ValueError, OverflowError):
        return value
    return instant.isoformat().replace("+00:00", "Z")


def _with_codes(column: Column, source: SourceColumn) -> Converter:
    meanings = source.meanings or {}
    spelled = str.casefold if source.ignores_case else str
    codes = {"": "", **{spelled(code): meaning for code, meaning in meanings.items()}}
    expected = f"a code of {source.label} that the source profile knows: {', '.join(meanings)}"
    instead = source.code_for_unknown

    def convert(values: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        if source.unknown_code == QUARANTINE:
            problems.extend(
                Problem(line, column.name, value, expected, "unknown_code")
                for value, line in zip(values, lines, strict=True)
                if spelled(value) not in codes
            )
        return [codes.get(spelled(value), value if instead is None else instead) for value in values]

    return convert


def _in_utc(column: Column, formats: Sequence[str], zone: str | None) -> Converter:
    def converted(value: str) -> str | TimestampNotReadable:
        try:
            return to_utc(value, formats, zone)
        except TimestampNotReadable as error:
            return error

    def convert(values: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        results = []
        for value, line in zip(values, lines, strict=True):
            result = converted(value) if value else value
            if isinstance(result, TimestampNotReadable):
                problems.append(Problem(line, column.name, value, result.expected, result.reason_code))
                result = value
            results.append(result)
        return results

    return convert
