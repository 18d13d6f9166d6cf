"""Source profiles: how one tool's export files are read, from `source_profiles/<name>.yml`."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.profiles.file_profile import FileProfile
from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model

SOURCE_PROFILES = Path(__file__).parents[2] / "source_profiles"

# What the readings of one file cannot say differently: it is one file.
_SAME_FOR_ONE_FILE = ("format", "encoding", "delimiter", "quote", "exported_at", "records")


class SourceProfile(YamlModel):
    """One tool's exports. `source_system` (default: the profile's name) fills rows that do not name their tool.

    `limits` says from how many bad rows on a file is refused whole.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str
    source_system: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]+$")
    limits: BadRowLimits = BadRowLimits()
    files: tuple[FileProfile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _reads_a_file_in_one_way_for_each_entity(self) -> Self:
        for one, other in combinations(self.files, 2):
            if one.pattern.casefold() != other.pattern.casefold():
                continue
            if one.entity == other.entity:
                raise ValueError(f"files: the pattern {one.pattern} once for each entity (found {one.entity} twice)")
            for option in _SAME_FOR_ONE_FILE:
                if getattr(one, option) != getattr(other, option):
                    raise ValueError(f"files: the same {option} in every reading of {one.pattern}")
        return self

    @property
    def default_source_system(self) -> str:
        """The `source_system` of rows that do not name one themselves."""
        return self.source_system or self.name


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
