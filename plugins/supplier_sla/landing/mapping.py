"""From the columns of a delivered file to those of its file contract, a batch of records at a time.

Values are text throughout; the empty text is "no value". Columns are converted as whole columns, so that a file in the
contract's own shape passes through without work per row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

from supplier_sla.landing.contract import Column, FileContract
from supplier_sla.landing.profile import FileProfile, Reading, SourceColumn
from supplier_sla.landing.reader_options import is_below
from supplier_sla.landing.readers.records import Batch
from supplier_sla.landing.refusal import FileRefused, Problem, printable
from supplier_sla.landing.timestamps import ISO8601, TimestampNotReadable, to_utc

# Takes the values of one column and the lines of their records; notes what it cannot convert, and leaves that as it is.
Converter = Callable[[Sequence[str], Sequence[int], list[Problem]], Sequence[str]]


@dataclass(frozen=True)
class _Target:
    """One canonical column: the position of its source column, what is done to its values, what stands for no value."""

    name: str
    source_index: int
    converters: tuple[Converter, ...]
    if_null: str | None

    def values(self, delivered: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        """The column as it goes into raw."""
        for convert in self.converters:
            delivered = convert(delivered, lines, problems)
        return delivered if self.if_null is None else [value or self.if_null for value in delivered]


@dataclass(frozen=True)
class FileMapping:
    """How each batch of one file becomes rows. `constants` are the same for every row, so they are not in the rows."""

    targets: tuple[_Target, ...]
    constants: dict[str, str]
    extra_columns: tuple[str, ...]
    extra_indexes: tuple[int, ...]
    null_marks: frozenset[str]
    has_extras: bool = False

    @property
    def target_names(self) -> tuple[str, ...]:
        """Columns of every row, in order; the last is `_extra` (JSON) if the file has columns that nobody asked for."""
        return (*(target.name for target in self.targets), *(("_extra",) if self._keeps_extras else ()))

    @property
    def _keeps_extras(self) -> bool:
        return self.has_extras or bool(self.extra_columns)

    def rows(self, batch: Batch, problems: list[Problem]) -> Sequence[Sequence[str]]:
        """The rows of a batch; what could not be converted is added to `problems`."""
        if not batch.records or self._is_identity(batch):
            return batch.records
        sources = list(zip(*batch.records, strict=True))
        columns: list[Iterable[str]] = [
            target.values(sources[target.source_index], batch.lines, problems) for target in self.targets
        ]
        if self._keeps_extras:
            columns.append(self._extras(batch, sources))
        return list(zip(*columns, strict=True))

    def _is_identity(self, batch: Batch) -> bool:
        """Whether the records are the rows already: every column once and in order, nothing to convert or to fill."""
        if self.has_extras or [target.source_index for target in self.targets] != list(range(len(batch.records[0]))):
            return False
        return all(
            not target.converters
            and (target.if_null is None or all(map(itemgetter(target.source_index), batch.records)))
            for target in self.targets
        )

    def _extras(self, batch: Batch, sources: Sequence[Sequence[str]]) -> Iterator[str]:
        """One JSON object per record with the values that nobody asked for; empty if it has none."""
        columns = [sources[index] for index in self.extra_indexes]
        in_header = zip(*columns, strict=True) if columns else repeat((), len(batch.records))
        beside_it: Iterable[Mapping[str, str]] = batch.extras or repeat({}, len(batch.records))
        for values, others in zip(in_header, beside_it, strict=True):
            known = {
                name: value
                for name, value in (*zip(self.extra_columns, values, strict=True), *others.items())
                if value and value not in self.null_marks
            }
            yield json.dumps(known, ensure_ascii=False) if known else ""


def plan_mapping(
    reading: Reading,
    header: Sequence[str],
    *,
    columns_found: Sequence[str] | None = None,
    has_extras: bool = False,
) -> FileMapping:
    """Match the header with what the profile and the contract expect (upper and lower case are the same).

    `columns_found` are the columns that the file has, where that is not its header; `has_extras` says that records may
    have values beside those of the header.

    Raises:
        FileRefused: the header has none of the expected columns, or one that must be there is missing.
    """
    contract, file_profile = reading.contract, reading.file_profile
    positions = {name.casefold(): index for index, name in enumerate(header)}
    sources = reading.sources
    _refuse_unusable_header(contract, sources, header if columns_found is None else columns_found)
    defaults = {"source_system": reading.profile.default_source_system} if contract.has_source_system else {}
    targets = [
        _Target(
            name,
            positions[source.source.casefold()],
            _converters(contract.column_by_name[name], source, file_profile),
            source.if_null or defaults.get(name),
        )
        for name, source in sources.items()
        if source.source.casefold() in positions
    ]
    constants = {**defaults, **file_profile.constants}
    for target in targets:
        constants.pop(target.name, None)
    used = {target.source_index for target in targets}
    extra_indexes = tuple(
        index for index, name in enumerate(header) if index not in used and not is_below(name, file_profile.not_kept)
    )
    return FileMapping(
        targets=tuple(sorted(targets, key=lambda target: target.source_index)),
        constants=constants,
        extra_columns=tuple(header[index] for index in extra_indexes),
        extra_indexes=extra_indexes,
        null_marks=frozenset(file_profile.null_marks),
        has_extras=has_extras,
    )


def _refuse_unusable_header(contract: FileContract, sources: Mapping[str, SourceColumn], header: Sequence[str]) -> None:
    present = {name.casefold() for name in header}
    if not any(source.source.casefold() in present for source in sources.values()):
        raise FileRefused(
            f"the header fits no column of {contract.entity}",
            expected=", ".join(dict.fromkeys(source.source for source in sources.values())),
            found=printable(", ".join(header)),
            next_step="check the delimiter and the entity in the file name",
        )
    missing = [
        source.source for source in sources.values() if not source.optional and source.source.casefold() not in present
    ]
    if missing:
        raise FileRefused(
            f"required columns of {contract.entity} are missing",
            expected=", ".join(dict.fromkeys(missing)),
            found=printable(", ".join(header)),
        )


def _converters(column: Column, source: SourceColumn, file_profile: FileProfile) -> tuple[Converter, ...]:
    """What has to be done to the values of one column, in order; mostly nothing."""
    converters: list[Converter] = []
    marks = frozenset(file_profile.null_marks) - {""}
    if marks:
        converters.append(_without_null_marks(marks))
    if source.codes is not None:
        converters.append(_with_codes(column, source))
    if column.type == "timestamp" and (file_profile.zone or file_profile.value_timestamp_formats != (ISO8601,)):
        converters.append(_in_utc(column, file_profile))
    return tuple(converters)


def _without_null_marks(marks: frozenset[str]) -> Converter:
    def convert(values: Sequence[str], lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        return ["" if value in marks else value for value in values]

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
            return to_utc(value, file_profile.value_timestamp_formats, file_profile.zone)
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
