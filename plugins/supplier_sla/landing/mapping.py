"""From the columns of a delivered file to those of its file contract, a batch of records at a time.

Values are text throughout; the empty text is "no value". Columns are converted as whole columns, so that a file in the
contract's own shape passes through without work per row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from supplier_sla.landing.contract import Column, FileContract
from supplier_sla.landing.profile import FileProfile, Reading, SourceColumn
from supplier_sla.landing.reader import Batch
from supplier_sla.landing.refusal import FileRefused, Problem, printable
from supplier_sla.landing.timestamps import ISO8601, TimestampNotReadable, to_utc

# Takes the values of one column and the lines of their records; notes what it cannot convert, and leaves that as it is.
Converter = Callable[[Sequence[str], Sequence[int], list[Problem]], Sequence[str]]


@dataclass(frozen=True)
class _Target:
    """One canonical column: the position of its source column, and what is done to the values."""

    name: str
    source_index: int
    converters: tuple[Converter, ...]


@dataclass(frozen=True)
class FileMapping:
    """How each batch of one file becomes rows. `target_names` are the columns of a row, in order."""

    targets: tuple[_Target, ...]
    constants: tuple[tuple[str, str], ...]
    extra_columns: tuple[str, ...]
    extra_indexes: tuple[int, ...]
    null_marks: frozenset[str]

    @property
    def target_names(self) -> tuple[str, ...]:
        """Columns of every row: targets, constants, `_extra` (JSON) if the file has extra columns, `_line`."""
        extra = ("_extra",) if self.extra_columns else ()
        return (*(target.name for target in self.targets), *(name for name, _ in self.constants), *extra, "_line")

    def rows(self, batch: Batch, problems: list[Problem]) -> Iterator[tuple[object, ...]]:
        """The rows of a batch; what could not be converted is added to `problems`."""
        if not batch.records:
            return iter(())
        sources = list(zip(*batch.records, strict=True))
        columns: list[Iterable[object]] = []
        for target in self.targets:
            values: Sequence[str] = sources[target.source_index]
            for convert in target.converters:
                values = convert(values, batch.lines, problems)
            columns.append(values)
        columns.extend([value] * len(batch.records) for _, value in self.constants)
        if self.extra_columns:
            columns.append(self._extras(sources))
        return zip(*columns, batch.lines, strict=True)

    def _extras(self, sources: Sequence[Sequence[str]]) -> Iterator[str]:
        """One JSON object per record with the values of the columns that the contract does not know; empty if none."""
        for values in zip(*(sources[index] for index in self.extra_indexes), strict=True):
            known = {
                name: value
                for name, value in zip(self.extra_columns, values, strict=True)
                if value and value not in self.null_marks
            }
            yield json.dumps(known, ensure_ascii=False) if known else ""


def plan_mapping(reading: Reading, header: Sequence[str]) -> FileMapping:
    """Match the header with what the profile and the contract expect (upper and lower case are the same).

    Raises:
        FileRefused: the header has none of the expected columns, or one that must be there is missing.
    """
    contract, file_profile = reading.contract, reading.file_profile
    positions = {name.casefold(): index for index, name in enumerate(header)}
    sources = _expected_sources(contract, file_profile)
    _refuse_unusable_header(contract, sources, header, positions)
    targets = tuple(
        _Target(name, positions[source.source.casefold()], _converters(contract.column_by_name[name], source, reading))
        for name, source in sources.items()
        if source.source.casefold() in positions
    )
    constants = dict(file_profile.constants)
    if contract.has_source_system and "source_system" not in {target.name for target in targets}:
        constants.setdefault("source_system", reading.profile.default_source_system)
    used = {target.source_index for target in targets}
    extra_indexes = tuple(index for index in range(len(header)) if index not in used)
    return FileMapping(
        targets=targets,
        constants=tuple(constants.items()),
        extra_columns=tuple(header[index] for index in extra_indexes),
        extra_indexes=extra_indexes,
        null_marks=frozenset(file_profile.null_marks),
    )


def _expected_sources(contract: FileContract, file_profile: FileProfile) -> dict[str, SourceColumn]:
    """Source of each canonical column; without a map the contract's own names, the optional ones optional."""
    if file_profile.columns is not None:
        return file_profile.columns
    return {
        column.name: SourceColumn.model_validate({"from": column.name, "optional": not column.required})
        for column in contract.columns
    }


def _refuse_unusable_header(
    contract: FileContract, sources: dict[str, SourceColumn], header: Sequence[str], positions: dict[str, int]
) -> None:
    if not any(source.source.casefold() in positions for source in sources.values()):
        raise FileRefused(
            f"the header fits no column of {contract.entity}",
            expected=", ".join(dict.fromkeys(source.source for source in sources.values())),
            found=printable(", ".join(header)),
            next_step="check the delimiter and the entity in the file name",
        )
    missing = [
        source.source
        for source in sources.values()
        if not source.optional and source.source.casefold() not in positions
    ]
    if missing:
        raise FileRefused(
            f"required columns of {contract.entity} are missing",
            expected=", ".join(dict.fromkeys(missing)),
            found=printable(", ".join(header)),
        )


def _converters(column: Column, source: SourceColumn, reading: Reading) -> tuple[Converter, ...]:
    """What has to be done to the values of one column, in order; mostly nothing."""
    file_profile = reading.file_profile
    converters: list[Converter] = []
    marks = frozenset(file_profile.null_marks) - {""}
    if marks:
        converters.append(_without_null_marks(marks))
    if source.codes is not None:
        converters.append(_with_codes(column, source))
    if column.type == "timestamp" and (file_profile.zone or file_profile.timestamp_formats != (ISO8601,)):
        converters.append(_in_utc(column, file_profile))
    if_null = source.if_null
    if column.name == "source_system" and if_null is None:
        if_null = reading.profile.default_source_system
    if if_null is not None:
        converters.append(_filled(if_null))
    return tuple(converters)


def _without_null_marks(marks: frozenset[str]) -> Converter:
    def convert(values: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        return ["" if value in marks else value for value in values]

    return convert


def _filled(if_null: str) -> Converter:
    def convert(values: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        return [value or if_null for value in values]

    return convert


def _with_codes(column: Column, source: SourceColumn) -> Converter:
    codes = {"": "", **(source.codes or {})}
    expected = f"a code of {source.source} that the source profile knows: {', '.join(source.codes or ())}"

    def convert(values: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        if source.unknown_code == "quarantine":
            problems.extend(
                Problem(line, column.name, value, expected, "unknown_code")
                for value, line in zip(values, lines, strict=True)
                if value not in codes
            )
        return [codes.get(value, value) for value in values]

    return convert


def _in_utc(column: Column, file_profile: FileProfile) -> Converter:
    def converted(value: str) -> str | TimestampNotReadable:
        try:
            return to_utc(value, file_profile.timestamp_formats, file_profile.zone)
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
