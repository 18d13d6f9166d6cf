"""Source profiles: how one tool's export files are read, from `source_profiles/<name>.yml`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from supplier_sla.landing.contract import FileContract, load_contracts
from supplier_sla.landing.encodings import DETECT
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.timestamps import ISO8601
from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model

SOURCE_PROFILES = Path(__file__).parent.parent / "source_profiles"

BY_FILE_NAME = "by_file_name"
DEFAULT_SNAPSHOT_INTERVAL_HOURS = 24.0

FileFormat = Literal["csv", "jsonl", "xlsx", "parquet"]

# Options that mean something in some formats only.
_FORMATS_OF_OPTION: Mapping[str, tuple[FileFormat, ...]] = {
    "delimiter": ("csv",),
    "quote": ("csv",),
    "encoding": ("csv", "jsonl"),
    "header_row": ("csv", "xlsx"),
    "sheet": ("xlsx",),
}


def _encoding(name: str) -> str:
    if name == DETECT:
        return name
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"{DETECT} or the name of an encoding, such as utf-8 or cp1252") from None
    return name


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("an IANA zone, such as Europe/Berlin")
    return name


def _timestamp_format(pattern: str) -> str:
    if pattern != ISO8601 and "%" not in pattern:
        raise ValueError(f"{ISO8601} or a strptime pattern, such as %d/%m/%Y %H:%M")
    return pattern


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


class SourceColumn(YamlModel):
    """Where one canonical column comes from, and what its values mean; in YAML a bare name is short for `{from: name}`.

    The order is: null marks, then `codes` (or timestamps), then `if_null`. A code that is not in `codes` sends its row
    to quarantine, or is kept as it is. An `optional` column may be missing from the file; any other must be there.
    """

    source: str = Field(alias="from", min_length=1)
    codes: dict[str, str] | None = None
    unknown_code: Literal["quarantine", "keep"] = "quarantine"
    if_null: str | None = Field(default=None, min_length=1)
    optional: bool = False


def _from_bare_name(value: object) -> object:
    return {"from": value} if isinstance(value, str) else value


class FileProfile(YamlModel):
    """How the files of one pattern are read. Without `columns` the file uses the contract's own names.

    In `jsonl` a column's `from` is a dotted path; in `xlsx` `sheet` is a name (default: the first visible sheet).
    `header_row` (counted from 1, default: the first line that is not blank) is the line of the column names; the lines
    before it are skipped. How files are packed (gzip, zip) is seen from their content and not said here.

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
    sheet: str | None = Field(default=None, min_length=1)
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    timestamp_formats: tuple[Annotated[str, AfterValidator(_timestamp_format)], ...] = Field((ISO8601,), min_length=1)
    null_marks: tuple[str, ...] = ("",)
    columns: dict[str, Annotated[SourceColumn, BeforeValidator(_from_bare_name)]] | None = None
    constants: dict[str, str] = Field(default_factory=dict)
    exported_at: Annotated[str, AfterValidator(_file_time_pattern)] | None = None
    exported_at_time: Annotated[time, BeforeValidator(_time_of_day)] | None = None
    history: Literal["snapshots"] | None = None
    snapshot_interval_hours: float = Field(default=DEFAULT_SNAPSHOT_INTERVAL_HOURS, gt=0, le=24 * 366)

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        for option, formats in _FORMATS_OF_OPTION.items():
            if option in self.model_fields_set and self.format not in formats:
                raise ValueError(f"{option}: only with format {' or '.join(formats)} (found {self.format})")
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
    def _fits_its_contract(self) -> Self:
        contracts = load_contracts()
        if self.entity == BY_FILE_NAME:
            if self.columns is not None or self.constants:
                raise ValueError(f"entity: one entity, because columns or constants are given (found {BY_FILE_NAME})")
            return self
        if self.entity not in contracts:
            raise ValueError(f"entity: {BY_FILE_NAME} or the name of a file contract (found {self.entity!r})")
        _check_columns(self, contracts[self.entity])
        return self

    @property
    def value_timestamp_formats(self) -> tuple[str, ...]:
        """The formats of timestamps, with that of cells and columns which are timestamps and no texts."""
        is_typed = self.format in ("xlsx", "parquet") and ISO8601 not in self.timestamp_formats
        return (*self.timestamp_formats, ISO8601) if is_typed else self.timestamp_formats

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
    for name, column in (profile.columns or {}).items():
        allowed = contract.column_by_name[name].allowed
        meanings = {*(column.codes or {}).values(), *filter(None, [column.if_null])}
        if allowed and not meanings <= set(allowed):
            raise ValueError(f"columns.{name}: values out of {list(allowed)} (found {sorted(meanings - set(allowed))})")
    if profile.columns is not None:
        forgotten = [column.name for column in contract.columns if column.required and column.name not in targets]
        if forgotten:
            raise ValueError(f"columns: a source for every required column (missing {forgotten})")


class SourceProfile(YamlModel):
    """One tool's exports. `source_system` (default: the profile's name) fills rows that do not name their tool."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str
    source_system: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]+$")
    files: tuple[FileProfile, ...] = Field(min_length=1)

    @property
    def default_source_system(self) -> str:
        """The `source_system` of rows that do not name one themselves."""
        return self.source_system or self.name


@dataclass(frozen=True)
class Reading:
    """The way one file is read: by which profile, as rows of which contract, as of when (if its name says so)."""

    profile: SourceProfile
    file_profile: FileProfile
    contract: FileContract
    exported_at: datetime | None

    @cached_property
    def sources(self) -> Mapping[str, SourceColumn]:
        """Source of each canonical column; without a map the contract's own names, the optional ones optional."""
        if self.file_profile.columns is not None:
            return self.file_profile.columns
        return {
            column.name: SourceColumn.model_validate({"from": column.name, "optional": not column.required})
            for column in self.contract.columns
        }


@cache
def load_profiles(folder: Path = SOURCE_PROFILES) -> tuple[SourceProfile, ...]:
    """All source profiles, in alphabetical order; raises ConfigurationInvalid on the first bad file."""
    profiles = []
    for path in sorted(folder.glob("*.yml")):
        profile = read_yaml_model(path, SourceProfile)
        if profile.name != path.stem:
            raise ConfigurationInvalid(f"{path.name}: name", expected=path.stem, found=profile.name)
        profiles.append(profile)
    return tuple(profiles)


def choose_reading(file_name: str, profiles: Iterable[SourceProfile], contracts: Mapping[str, FileContract]) -> Reading:
    """The one way to read a file of this name (upper and lower case are the same).

    A profile that names its entity goes before one that takes the entity from the file name.

    Raises:
        FileRefused: no profile claims the name, several do, or it holds a date that does not exist.
    """
    claims = _claims(file_name, profiles, contracts)
    chosen = [claim for claim in claims if claim[1].entity != BY_FILE_NAME] or claims
    if not chosen:
        raise FileRefused(
            "no source profile reads a file of this name",
            next_step="name it <entity>.csv or add a profile to source_profiles",
        )
    if len(chosen) > 1:
        found = ", ".join(f"{profile.name} ({file_profile.pattern})" for profile, file_profile, _ in chosen)
        raise FileRefused("several source profiles read a file of this name", expected="one", found=found)
    profile, file_profile, contract = chosen[0]
    return Reading(profile, file_profile, contract, file_profile.exported_at_of(file_name))


def choose_reading_by_names(
    names: Sequence[str], profiles: Sequence[SourceProfile], contracts: Mapping[str, FileContract]
) -> Reading:
    """The reading of the first of `names` that a profile claims; raises FileRefused like `choose_reading`."""
    claimed = next((name for name in names if _claims(name, profiles, contracts)), names[0])
    return choose_reading(claimed, profiles, contracts)


def _claims(
    file_name: str, profiles: Iterable[SourceProfile], contracts: Mapping[str, FileContract]
) -> list[tuple[SourceProfile, FileProfile, FileContract]]:
    """Every way to read a file of this name."""
    return [
        (profile, file_profile, contract)
        for profile in profiles
        for file_profile in profile.files
        if fnmatchcase(file_name.casefold(), file_profile.pattern.casefold())
        if (contract := _contract_for(file_name, file_profile, contracts)) is not None
    ]


def _contract_for(
    file_name: str, file_profile: FileProfile, contracts: Mapping[str, FileContract]
) -> FileContract | None:
    if file_profile.entity != BY_FILE_NAME:
        return contracts[file_profile.entity]
    fitting = [entity for entity in contracts if re.match(rf"{re.escape(entity)}[._-]", file_name, re.IGNORECASE)]
    return contracts[max(fitting, key=len)] if fitting else None
