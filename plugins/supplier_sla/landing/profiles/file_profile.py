"""How the files of one pattern are read: what a source profile can say of them, and what makes no sense there."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from supplier_sla.landing.contract import FileContract, load_contracts
from supplier_sla.landing.control.profile import ControlProfile
from supplier_sla.landing.encodings import DETECT
from supplier_sla.landing.profiles.reader_options import BeforeFirst, RepeatedColumns, Unpivot, array_path
from supplier_sla.landing.profiles.source_column import Condition, Names, SourceColumn, TimestampFormats, from_bare_name
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.timestamps import ISO8601
from supplier_sla.landing.yaml_model import YamlModel

BY_FILE_NAME = "by_file_name"
DEFAULT_SNAPSHOT_INTERVAL_HOURS = 24.0

FileFormat = Literal["csv", "json", "jsonl", "xlsx", "parquet"]

ContentKind = Literal["changes", "full"]

# Options that mean something in some formats only.
_FORMATS_OF_OPTION: Mapping[str, tuple[FileFormat, ...]] = {
    "delimiter": ("csv",),
    "quote": ("csv",),
    "encoding": ("csv", "json", "jsonl"),
    "header_row": ("csv", "xlsx"),
    "header_rows": ("csv", "xlsx"),
    "skip_after_header": ("csv", "xlsx"),
    "repeated_columns": ("csv", "xlsx"),
    "sheet": ("xlsx",),
    "unpivot": ("csv", "xlsx", "parquet"),
    "records": ("json",),
    "each": ("json", "jsonl"),
}

# Options that make columns which no file contract can name.
_OPTIONS_WITH_COLUMNS = ("unpivot", "each")


def _encoding(name: str) -> str:
    if name == DETECT:
        return name
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"{DETECT} or the name of an encoding, such as utf-8 or cp1252") from None
    return name


def _ends_lines_like_ascii(encoding: str) -> bool:
    return encoding != DETECT and "a\n".encode(encoding) == b"a\n"


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("an IANA zone, such as Europe/Berlin")
    return name


def _file_time_pattern(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None
    if groups != 1:
        raise ValueError(f"a regular expression with one group, found {groups}")
    return pattern


def _time_of_day(text: object) -> object:
    # YAML 1.1 reads an unquoted 23:30 as the number 1410.
    if not isinstance(text, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError('a time of day in quotes, such as "23:30"')
    return time.fromisoformat(text)


class FileProfile(YamlModel):
    """How the files of one pattern are read. Without `columns` the file uses the contract's own names.

    In `json` and `jsonl` a column's `from` is a dotted path; in `xlsx` `sheet` is a name (default: the first visible
    sheet). `header_row` (counted from 1, default: the first line that is not blank) is the line of the column names;
    the lines before it are skipped, and `skip_after_header` records below it. `header_rows` rows give the names
    together. `repeated_columns: number` calls the second column of a name `Name.2`. How files are packed (gzip, zip)
    is seen from their content and not said here.

    `records` is the path of the list in a JSON document (default: the document is the list); `each` the path of an
    array in each object whose elements are the records, and `with_object` the object, too. Of the columns or paths in
    `not_kept`, and of what lies below them, nothing is kept.

    `also_called` lists other names under which a file may give a column; the first that it has counts, any other stays
    an unknown column. Records that do not fit `where` (each column has one of its values, upper and lower case alike)
    belong to another entity: they are counted beside, not among the rows.

    `content` says whether each file holds all that the source knows (`full`) or what is new to it (`changes`).

    `exported_at_time` is the local time (of `zone`, else UTC) of the export of a file with only a date in its name.
    `history: snapshots` says that the tool has no log of changes: the models derive events from the differences between
    its files, of which there should be one every `snapshot_interval_hours` (24, unless said otherwise).
    """

    pattern: str = Field(min_length=1)
    entity: str
    format: FileFormat = "csv"
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str | None = Field(default='"', min_length=1, max_length=1)
    header_row: int | None = Field(default=None, ge=1)
    header_rows: int = Field(default=1, ge=1, le=10)
    skip_after_header: int = Field(default=0, ge=0, le=100)
    repeated_columns: RepeatedColumns = "refuse"
    sheet: str | None = Field(default=None, min_length=1)
    records: str | None = Field(default=None, min_length=1)
    each: Annotated[str, AfterValidator(array_path)] | None = None
    with_object: bool = False
    before_first: BeforeFirst | None = None
    unpivot: Unpivot | None = None
    not_kept: tuple[str, ...] = ()
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    timestamp_formats: TimestampFormats = (ISO8601,)
    null_marks: tuple[str, ...] = ("",)
    also_called: dict[str, Names] = Field(default_factory=dict)
    where: Condition | None = None
    columns: dict[str, Annotated[SourceColumn, BeforeValidator(from_bare_name)]] | None = None
    constants: dict[str, str] = Field(default_factory=dict)
    exported_at: Annotated[str, AfterValidator(_file_time_pattern)] | None = None
    exported_at_time: Annotated[time, BeforeValidator(_time_of_day)] | None = None
    history: Literal["snapshots"] | None = None
    snapshot_interval_hours: float = Field(default=DEFAULT_SNAPSHOT_INTERVAL_HOURS, gt=0, le=24 * 366)
    content: ContentKind = "changes"
    control: ControlProfile | None = None

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        for option, formats in _FORMATS_OF_OPTION.items():
            if option in self.model_fields_set and self.format not in formats:
                raise ValueError(f"{option}: only with format {' or '.join(formats)} (found {self.format})")
        for option in _OPTIONS_WITH_COLUMNS:
            if option in self.model_fields_set and self.columns is None:
                raise ValueError(f"{option}: only with columns")
        if (self.before_first is not None or self.with_object) and self.each is None:
            raise ValueError("with_object, before_first: only with each")
        if self.delimiter in {self.quote, "\r", "\n"}:
            raise ValueError(f"delimiter: a sign that is not the quote and no line end (found {self.delimiter!r})")
        return self

    @model_validator(mode="after")
    def _dates_its_snapshots(self) -> Self:
        if self.exported_at_time is not None and self.exported_at is None:
            raise ValueError("exported_at_time: only with exported_at, which finds the date in the file name")
        if self.history is None:
            if "snapshot_interval_hours" in self.model_fields_set:
                raise ValueError("snapshot_interval_hours: only with history: snapshots")
            return self
        if self.entity != "tickets":
            raise ValueError(f"history: only with entity: tickets (found {self.entity})")
        if self.exported_at is None and not self._rows_say_when_they_changed:
            raise ValueError("history: exported_at, or a column for updated_at, without which no change can be dated")
        return self

    @model_validator(mode="after")
    def _control_fits_its_contract(self) -> Self:
        if self.control is not None:
            self.control.check_columns(load_contracts().get(self.entity))
            if self.control.trailer and (
                self.format not in ("csv", "jsonl") or not _ends_lines_like_ascii(self.encoding)
            ):
                raise ValueError(
                    "control.trailer: only with csv or jsonl in a declared encoding with lines like ASCII's"
                )
        return self

    @model_validator(mode="after")
    def _fits_its_contract(self) -> Self:
        contracts = load_contracts()
        if self.entity == BY_FILE_NAME:
            if self.columns is not None or self.constants or self.where is not None or self.also_called:
                raise ValueError(
                    "entity: one entity, because columns, constants, where or also_called are given"
                    f" (found {BY_FILE_NAME})"
                )
            return self
        if self.entity not in contracts:
            raise ValueError(f"entity: {BY_FILE_NAME} or the name of a file contract (found {self.entity!r})")
        _check_columns(self, contracts[self.entity])
        _check_other_names(self, contracts[self.entity])
        return self

    def sources(self, contract: FileContract) -> Mapping[str, SourceColumn]:
        """Source of each canonical column; without a map the contract's own names, the optional ones optional."""
        if self.columns is not None:
            return self.columns
        return {
            column.name: SourceColumn.model_validate({"from": column.name, "optional": not column.required})
            for column in contract.columns
        }

    def columns_read(self, contract: FileContract) -> tuple[str, ...]:
        """Every source column that is looked at, by the name that the profile uses for it, each once."""
        names = [name for source in self.sources(contract).values() for name in source.columns_read]
        return tuple({name.casefold(): name for name in (*names, *(self.where or ()))}.values())

    def timestamp_formats_of(self, source: SourceColumn) -> tuple[str, ...]:
        """The formats of a column's timestamps, with that of cells and columns which are timestamps and no texts."""
        formats = source.timestamp_formats or self.timestamp_formats
        is_typed = self.format in ("xlsx", "parquet") and ISO8601 not in formats
        return (*formats, ISO8601) if is_typed else formats

    def null_marks_of(self, source: SourceColumn) -> frozenset[str]:
        """The texts that mean "no value" in a column."""
        return frozenset(self.null_marks if source.null_marks is None else source.null_marks) | {""}

    @property
    def snapshot_interval(self) -> timedelta | None:
        """How long it should be from one snapshot to the next; None where events do not come from snapshots."""
        return timedelta(hours=self.snapshot_interval_hours) if self.history == "snapshots" else None

    @property
    def _rows_say_when_they_changed(self) -> bool:
        return "updated_at" in (self.columns or {})

    def exported_at_of(self, file_name: str) -> datetime | None:
        """When the file was exported, as its name says; None if silent.

        A bare date means `exported_at_time` of that day, without it the day's first instant in UTC.

        Raises:
            FileRefused: the name holds a date that does not exist; or it does not say when the snapshot was taken,
                and nothing else does.
        """
        instant, is_told = self._instant_in(file_name)
        is_enough = is_told or (instant is None and self._rows_say_when_they_changed)
        if self.history == "snapshots" and not is_enough:
            raise FileRefused(
                "the instant at which this snapshot was taken",
                expected="YYYY-MM-DDTHHMMSSZ in the file name, or YYYY-MM-DD and exported_at_time in the profile",
                found=f"only the date {instant:%Y-%m-%d}" if instant else "no date",
                next_step="name the file after its export, or give the profile exported_at_time",
            )
        return instant

    def _instant_in(self, file_name: str) -> tuple[datetime | None, bool]:
        """The instant, and whether it is told to the minute."""
        match = re.search(self.exported_at, file_name) if self.exported_at else None
        if match is None or match.group(1) is None:
            return None, False
        stamp = match.group(1)
        try:
            if "T" in stamp:
                return datetime.strptime(stamp, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC), True
            day = datetime.strptime(stamp, "%Y-%m-%d")
            if self.exported_at_time is None:
                return day.replace(tzinfo=UTC), False
            local = datetime.combine(day, self.exported_at_time, ZoneInfo(self.zone) if self.zone else UTC)
            return local.astimezone(UTC), True
        except (ValueError, OverflowError):
            raise FileRefused(
                "the export time in the file name", expected="YYYY-MM-DD or YYYY-MM-DDTHHMMSSZ", found=stamp
            ) from None


def _check_columns(profile: FileProfile, contract: FileContract) -> None:
    """Every target is a column of the contract, set once, with values it allows, and nothing required is forgotten."""
    targets = {**(profile.columns or {}), **profile.constants}
    for name in targets:
        if name not in contract.column_by_name:
            raise ValueError(f"columns, constants: names of columns of {contract.entity} (found {name!r})")
    for name in set(profile.columns or {}) & set(profile.constants):
        raise ValueError(f"constants.{name}: a column that is not also in columns")
    for name, source in (profile.columns or {}).items():
        column = contract.column_by_name[name]
        problem = source.problem_with(column)
        if problem is None and source.optional and column.required and source.if_null is None:
            problem = "optional: not of a required column without if_null"
        if problem is not None:
            raise ValueError(f"columns.{name}: {problem}")
    if profile.columns is not None:
        forgotten = [column.name for column in contract.columns if column.required and column.name not in targets]
        if forgotten:
            raise ValueError(f"columns: a source for every required column (missing {forgotten})")


def _check_other_names(profile: FileProfile, contract: FileContract) -> None:
    """Other names are names of columns that are read, and no name means two columns."""
    read = {name.casefold() for name in profile.columns_read(contract)}
    meant: dict[str, str] = {name: name for name in read}
    for name, others in profile.also_called.items():
        if name.casefold() not in read:
            raise ValueError(f"also_called.{name}: a column that the profile reads")
        for other in others:
            if other.casefold() in meant:
                raise ValueError(f"also_called.{name}: names that mean no other column (found {other!r})")
            meant[other.casefold()] = name
