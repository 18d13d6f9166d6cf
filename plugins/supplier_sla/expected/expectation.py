"""What a source has promised to deliver, read from `expected_deliveries/<name>.yml`."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.profiles.profile import load_profiles
from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model

EXPECTED_DELIVERIES = Path(__file__).parent.parent / "expected_deliveries"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _time_of_day(value: object) -> time:
    try:
        return datetime.strptime(value if isinstance(value, str) else "", "%H:%M").time()
    except ValueError:
        raise ValueError('a time of day in quotes, such as "02:30"') from None


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("an IANA zone, such as Europe/Berlin")
    return name


class Shrunken(YamlModel):
    """Too few rows: below `ratio` of the median of the last `deliveries` ones, judged from three of them on."""

    ratio: float = Field(gt=0, lt=1)
    deliveries: int = Field(default=10, ge=3)


class Stale(YamlModel):
    """Nothing new in it: the newest instant in `column` lies more than `hours` before the deadline."""

    column: str = "updated_at"
    hours: float = Field(gt=0)


class ExpectedDelivery(YamlModel):
    """One delivery that a source has promised: on these days, by this time of its own zone.

    A delivery whose name has a date belongs to the first deadline from `name_days` days after that date on. Any other
    belongs to the deadline before which it was found; up to `late_hours` after one that nothing has met, to that one.
    `files`: how many a delivery consists of.
    """

    entity: str
    every: Literal["day"] | tuple[Weekday, ...] = "day"
    by: Annotated[time, BeforeValidator(_time_of_day)]
    zone: Annotated[str, AfterValidator(_zone)]
    valid_from: date
    valid_to: date | None = None
    files: int = Field(default=1, ge=1)
    name_days: int = Field(default=0, ge=0)
    late_hours: float = Field(default=20, gt=0)
    shrunken: Shrunken | None = None
    stale: Stale | None = None

    @model_validator(mode="after")
    def _fits_its_contract(self) -> Self:
        contract = load_contracts().get(self.entity)
        if contract is None:
            raise ValueError(f"entity: the name of a file contract (found {self.entity!r})")
        column = contract.column_by_name.get(self.stale.column) if self.stale else None
        if self.stale and (column is None or column.type != "timestamp"):
            raise ValueError(f"stale.column: a timestamp of {self.entity} (found {self.stale.column!r})")
        if self.every == ():
            raise ValueError("every: day, or at least one weekday")
        return self

    def is_due_on(self, day: date) -> bool:
        """Whether something is due on this local day; `valid_to` is excluded."""
        is_valid = day >= self.valid_from and (self.valid_to is None or day < self.valid_to)
        return is_valid and (self.every == "day" or WEEKDAYS[day.weekday()] in self.every)

    def due_at(self, day: date) -> datetime:
        """The deadline of a local day; a time that the day does not have is read with the offset before the gap."""
        return datetime.combine(day, self.by, ZoneInfo(self.zone))


class ExpectedFrom(YamlModel):
    """Everything expected by one source profile; the file has any name."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    profile: str
    deliveries: tuple[ExpectedDelivery, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_one_each(self) -> Self:
        entities = [each.entity for each in self.deliveries]
        if len(set(entities)) < len(entities):
            raise ValueError(f"deliveries: each entity once (found {entities})")
        return self


def load_expected(folder: Path = EXPECTED_DELIVERIES) -> tuple[ExpectedFrom, ...]:
    """All files of `folder` in alphabetical order; none means that nothing is expected.

    Raises:
        ConfigurationInvalid: a file is not valid, has another name than it says, or names no source profile.
    """
    profiles = {profile.name for profile in load_profiles()}
    found = []
    for path in sorted(folder.glob("*.yml")):
        expected = read_yaml_model(path, ExpectedFrom)
        if expected.name != path.stem:
            raise ConfigurationInvalid(f"{path.name}: name", expected=path.stem, found=expected.name)
        if expected.profile not in profiles:
            raise ConfigurationInvalid(
                f"{path.name}: profile", expected=f"one of {', '.join(sorted(profiles))}", found=expected.profile
            )
        found.append(expected)
    return tuple(found)
