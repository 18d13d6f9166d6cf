"""From the columns of a delivered file to those of its file contract, a batch of records at a time.

Values are text throughout; the empty text is "no value". Columns are converted as whole columns, so that a file in the
contract's own shape passes through without work per row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat

from supplier_sla.landing.contract import Column
from supplier_sla.landing.converters import Converter, converters, with_ties_broken
from supplier_sla.landing.personal.column import PersonalColumn, personal_column
from supplier_sla.landing.personal.values import Protect
from supplier_sla.landing.profiles.file_profile import FileProfile
from supplier_sla.landing.profiles.reader_options import is_below
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.profiles.source_column import Condition, SourceColumn
from supplier_sla.landing.readers.plain import have_value
from supplier_sla.landing.readers.records import Batch
from supplier_sla.landing.refusal import FileRefused, Problem, printable

Columns = Sequence[Sequence[str]]


@dataclass(frozen=True)
class _Fits:
    """A condition on source columns, as their positions with the values that fit."""

    values_by_index: Mapping[int, frozenset[str]]
    null_marks: frozenset[str]

    def of(self, sources: Columns, count: int) -> list[bool]:
        """For each record whether every column has one of its values."""
        fits = [True] * count
        for index, values in self.values_by_index.items():
            found = ["" if value in self.null_marks else value.casefold() for value in sources[index]]
            fits = [fit and value in values for fit, value in zip(fits, found, strict=True)]
        return fits


@dataclass(frozen=True)
class _Source:
    """Values of one canonical column: where its source columns are, how they become one, and what is done to it."""

    column: Column
    source_indexes: tuple[int, ...]
    null_marks: frozenset[str]
    separator: str | None = None
    constant: str | None = None
    when: _Fits | None = None
    converters: tuple[Converter, ...] = ()
    tie_breaker_index: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether its values are those of one source column as they are delivered."""
        takes_one = len(self.source_indexes) == 1 and self.null_marks <= {""}
        return takes_one and self.when is None and not self.converters and self.tie_breaker_index is None

    def values(self, sources: Columns, lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        """The values of a batch, "" for none."""
        values = self._taken(sources, len(lines))
        if self.when is not None:
            fits = self.when.of(sources, len(lines))
            values = [value if fit else "" for value, fit in zip(values, fits, strict=True)]
        for convert in self.converters:
            values = convert(values, lines, problems)
        if self.tie_breaker_index is not None:
            counts = self._without_null_marks(sources[self.tie_breaker_index])
            values = with_ties_broken(self.column, values, counts, lines, problems)
        return values

    def _taken(self, sources: Columns, count: int) -> Sequence[str]:
        if self.constant is not None:
            return [self.constant] * count
        columns = [self._without_null_marks(sources[index]) for index in self.source_indexes]
        if self.separator is not None:
            return [self.separator.join(parts) if all(parts) else "" for parts in zip(*columns, strict=True)]
        return _first_filled(columns)

    def _without_null_marks(self, values: Sequence[str]) -> Sequence[str]:
        if self.null_marks <= {""}:
            return values
        return ["" if value in self.null_marks else value for value in values]


@dataclass(frozen=True)
class _Target:
    """One canonical column: its sources, of which the first that has a value counts, and what stands for no value."""

    name: str
    sources: tuple[_Source, ...]
    if_null: str | None
    personal: PersonalColumn | None = None

    @property
    def source_indexes(self) -> tuple[int, ...]:
        """The positions of the columns whose values it takes."""
        return tuple(index for source in self.sources for index in source.source_indexes)

    @property
    def is_plain(self) -> bool:
        """Whether its values are those of one source column as they are delivered, but for `if_null`."""
        return len(self.sources) == 1 and self.sources[0].is_plain and self.personal is None

    def values(self, sources: Columns, lines: Sequence[int], problems: list[Problem]) -> Sequence[str]:
        """The column as it goes into raw."""
        found: list[Problem] = []
        values = _first_filled([source.values(sources, lines, found) for source in self.sources])
        if self.personal is None:
            problems.extend(found)
        else:
            values = self.personal.let_out(values, lines, found, problems)
        return values if self.if_null is None else [value or self.if_null for value in values]


def _first_filled(columns: Columns) -> Sequence[str]:
    values = columns[0]
    for later in columns[1:]:
        values = [first or other for first, other in zip(values, later, strict=True)]
    return values


@dataclass(frozen=True)
class FileMapping:
    """How each batch of one file becomes rows. `constants` are the same for every row, so they are not in the rows.

    `extra_columns` are the columns that nobody asked for, as they are reported.
    """

    header: tuple[str, ...]
    targets: tuple[_Target, ...]
    constants: dict[str, str]
    extra_columns: tuple[str, ...]
    extra_indexes: tuple[int, ...]
    null_marks: frozenset[str]
    where: _Fits | None = None
    keeps_others: bool = False
    protect_extra: Protect | None = None

    @property
    def target_names(self) -> tuple[str, ...]:
        """Columns of every row, in order; the last is `_extra` (JSON) if the file has columns that nobody asked for."""
        return (*(target.name for target in self.targets), *(("_extra",) if self._keeps_extras else ()))

    @property
    def _keeps_extras(self) -> bool:
        return self.keeps_others or bool(self.extra_indexes)

    def fitting(self, batch: Batch) -> Batch:
        """The batch without the records that belong to another entity. A broken record is everybody's."""
        if self.where is None or not batch.records:
            return batch
        fits = self.where.of(list(zip(*batch.records, strict=True)), len(batch.records))
        return Batch(
            list(compress(batch.records, fits)),
            list(compress(batch.lines, fits)),
            batch.broken,
            list(compress(batch.extras, fits)),
        )

    def rows(self, batch: Batch, problems: list[Problem]) -> Sequence[Sequence[str]]:
        """The rows of a batch; what could not be converted is added to `problems`."""
        if not batch.records or self._is_identity(batch):
            return batch.records
        sources = list(zip(*batch.records, strict=True))
        columns: list[Iterable[str]] = [target.values(sources, batch.lines, problems) for target in self.targets]
        if self._keeps_extras:
            columns.append(self._extras(batch, sources))
        return list(zip(*columns, strict=True))

    def _is_identity(self, batch: Batch) -> bool:
        """Whether the records are the rows already: every column once and in order, nothing to convert or to fill."""
        in_order = [target.source_indexes for target in self.targets] == [(i,) for i in range(len(batch.records[0]))]
        if self._keeps_extras or not in_order:
            return False
        return all(
            target.is_plain and (target.if_null is None or have_value(batch.records, *target.source_indexes))
            for target in self.targets
        )

    def _extras(self, batch: Batch, sources: Columns) -> Iterator[str]:
        """One JSON object per record with the values that nobody asked for; empty if it has none."""
        names = [self.header[index] for index in self.extra_indexes]
        columns = [sources[index] for index in self.extra_indexes]
        in_header = zip(*columns, strict=True) if columns else repeat((), len(batch.records))
        nothing: Iterable[Mapping[str, str]] = repeat({}, len(batch.records))
        beside_it = batch.extras or nothing if self.keeps_others else nothing
        for values, others in zip(in_header, beside_it, strict=True):
            known = {
                name: value
                for name, value in (*zip(names, values, strict=True), *others.items())
                if value and value not in self.null_marks
            }
            if self.protect_extra is not None:
                known = {name: kept for name, value in known.items() if (kept := self.protect_extra(value))}
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
    found = header if columns_found is None else columns_found
    positions = _positions(reading, header, found)
    _refuse_unusable_header(reading, positions.present, found)
    defaults = {"source_system": reading.profile.default_source_system} if contract.has_source_system else {}
    targets = [
        _Target(name, usable, source.if_null or defaults.get(name), personal_column(name, reading))
        for name, source in reading.sources.items()
        if (usable := _usable_sources(contract.column_by_name[name], source, file_profile, positions))
    ]
    constants = {**defaults, **file_profile.constants}
    for name, source in reading.sources.items():
        if source.if_null is not None:  # of an optional column that the file does not have
            constants[name] = source.if_null
    for target in targets:
        constants.pop(target.name, None)
    used = {index for target in targets for index in target.source_indexes}
    used |= {
        source.tie_breaker_index
        for target in targets
        for source in target.sources
        if source.tie_breaker_index is not None
    }
    extra_indexes = [
        index
        for index, name in enumerate(header)
        if reading.keeps_extras and index not in used and not is_below(name, file_profile.not_kept)
    ]
    has_name = {name.casefold() for name in found}
    return FileMapping(
        header=tuple(header),
        targets=tuple(sorted(targets, key=lambda target: target.source_indexes)),
        constants=constants,
        extra_columns=tuple(header[index] for index in extra_indexes if header[index].casefold() in has_name),
        extra_indexes=tuple(extra_indexes),
        null_marks=frozenset(file_profile.null_marks),
        where=_fits(file_profile.where, positions, file_profile),
        keeps_others=has_extras and reading.keeps_extras,
        protect_extra=reading.personal.extra_protector,
    )


@dataclass(frozen=True)
class _Positions:
    """Where a file gives the columns of its profile: position by name in lower case; `present` are those it has."""

    by_name: Mapping[str, int]
    present: frozenset[str]

    def known(self, names: Iterable[str]) -> tuple[int, ...]:
        """The positions of those of `names` that the header has."""
        return tuple(self.by_name[name.casefold()] for name in names if name.casefold() in self.by_name)


def _positions(reading: Reading, header: Sequence[str], found: Sequence[str]) -> _Positions:
    """The columns of the profile, under whatever of its names the file gives each."""
    by_name = {name.casefold(): index for index, name in enumerate(header)}
    present = {name.casefold() for name in found}
    for name, others in reading.file_profile.also_called.items():
        given = next((each.casefold() for each in (name, *others) if each.casefold() in present), None)
        if given is not None:
            by_name[name.casefold()] = by_name[given]
            present.add(name.casefold())
    return _Positions(by_name, frozenset(present))


def _usable_sources(
    column: Column, source: SourceColumn, profile: FileProfile, positions: _Positions
) -> tuple[_Source, ...]:
    """The sources of a column that the file has."""
    planned = (_source(column, each, profile, positions) for each in source.alternatives)
    return tuple(each for each in planned if each is not None)


def _source(column: Column, source: SourceColumn, profile: FileProfile, positions: _Positions) -> _Source | None:
    """How values are taken; None where the file does not have their columns."""
    indexes = positions.known(source.value_columns)
    is_whole = len(indexes) == len(source.value_columns) if source.join is not None else bool(indexes)
    if source.constant is None and not is_whole:
        return None
    if source.when is not None and len(positions.known(source.when)) < len(source.when):
        return None
    return _Source(
        column,
        indexes,
        profile.null_marks_of(source),
        separator=(source.separator or "") if source.join is not None else None,
        constant=source.constant,
        when=_fits(source.when, positions, profile),
        converters=converters(column, source, profile),
        tie_breaker_index=next(iter(positions.known([source.tie_breaker])), None) if source.tie_breaker else None,
    )


def _fits(condition: Condition | None, positions: _Positions, profile: FileProfile) -> _Fits | None:
    if condition is None:
        return None
    values_by_index = {
        positions.known([name])[0]: frozenset(value.casefold() for value in values)
        for name, values in condition.items()
    }
    return _Fits(values_by_index, frozenset(profile.null_marks))


def _refuse_unusable_header(reading: Reading, present: frozenset[str], header: Sequence[str]) -> None:
    contract, sources = reading.contract, reading.sources
    columns = list(dict.fromkeys(name for source in sources.values() for name in source.value_columns))
    if not any(name.casefold() in present for name in columns):
        raise FileRefused(
            f"the header fits no column of {contract.entity}",
            expected=", ".join(columns),
            found=_shown_header(reading, columns, header),
            next_step="check the delimiter and the entity in the file name",
        )
    missing = [name for source in sources.values() for name in _missing(source, present)]
    missing += [name for name in reading.file_profile.where or () if name.casefold() not in present]
    if missing:
        raise FileRefused(
            f"required columns of {contract.entity} are missing",
            expected=", ".join(dict.fromkeys(missing)),
            found=printable(", ".join(header)),
        )


def _shown_header(reading: Reading, columns: Sequence[str], header: Sequence[str]) -> str:
    """The header, unless it may be the first row of a file without one and say something of a person."""
    text = ", ".join(header)
    names_a_column = any(column.casefold() in text.casefold() for column in columns)
    if reading.contract.personal_columns and not names_a_column:
        entity = reading.contract.entity
        return f"{len(header)} other names, or no header at all (not shown, {entity} has personal columns)"
    return printable(text)


def _missing(source: SourceColumn, present: frozenset[str]) -> list[str]:
    """The columns that a source cannot do without and the file lacks."""
    if source.optional:
        return []
    if source.first_of is not None:
        return [name for each in source.first_of for name in _missing(each, present)]
    lacking = [name for name in source.columns_read if name.casefold() not in present]
    if source.from_columns is not None and any(name.casefold() in present for name in source.from_columns):
        return [name for name in lacking if name not in source.from_columns]
    if source.from_columns is not None and len(source.from_columns) > 1:
        return [source.label, *(name for name in lacking if name not in source.from_columns)]
    return lacking
