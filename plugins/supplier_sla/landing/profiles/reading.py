"""Which source profile reads a file of this name, as which entities, exported when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property

from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.personal.values import KEEP_EVERYTHING, PersonalData
from supplier_sla.landing.profiles.file_profile import BY_FILE_NAME, FileProfile
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.profiles.source_column import SourceColumn
from supplier_sla.landing.refusal import FileRefused


@dataclass(frozen=True)
class Reading:
    """One way a file is read: by which profile, as rows of which contract, as of when (if its name says so).

    `keeps_extras` is false where another reading of the same file keeps the columns that nobody asked for. `personal`
    says what becomes of personal values; the run fills it in.
    """

    profile: SourceProfile
    file_profile: FileProfile
    contract: FileContract
    exported_at: datetime | None
    keeps_extras: bool = True
    personal: PersonalData = KEEP_EVERYTHING

    @cached_property
    def sources(self) -> Mapping[str, SourceColumn]:
        """Source of each canonical column."""
        return self.file_profile.sources(self.contract)

    @cached_property
    def columns_expected(self) -> tuple[str, ...]:
        """Every name under which a file may give a column that is looked at."""
        names = self.file_profile.columns_read(self.contract)
        others = [other for group in self.file_profile.also_called.values() for other in group]
        return (*names, *others)


def choose_readings(
    file_name: str, profiles: Iterable[SourceProfile], contracts: Mapping[str, FileContract]
) -> tuple[Reading, ...]:
    """How to read a file of this name (upper and lower case are the same): by one profile, once for each entity.

    A profile that names its entity goes before one that takes the entity from the file name.

    Raises:
        FileRefused: no profile claims the name, several do, one does twice for an entity, or the name holds a date that
            does not exist.
    """
    claims = _claims(file_name, profiles, contracts)
    chosen = [claim for claim in claims if claim[1].entity != BY_FILE_NAME] or claims
    if not chosen:
        raise FileRefused(
            "no source profile reads a file of this name",
            next_step="name it <entity>.csv or add a profile to source_profiles",
        )
    found = ", ".join(f"{profile.name} ({file_profile.pattern})" for profile, file_profile, _ in chosen)
    if len({profile.name for profile, _, _ in chosen}) > 1:
        raise FileRefused("several source profiles read a file of this name", expected="one", found=found)
    if len({contract.entity for _, _, contract in chosen}) < len(chosen):
        raise FileRefused(
            "a source profile reads a file of this name twice as one entity", expected="once", found=found
        )
    # One reading of all records keeps what nobody asked for; without such a one each keeps that of its own records.
    keeper = next((claim for claim in chosen if claim[1].where is None), None)
    return tuple(
        Reading(*claim, claim[1].exported_at_of(file_name), keeps_extras=keeper is None or claim is keeper)
        for claim in chosen
    )


def choose_readings_by_names(
    names: Sequence[str], profiles: Sequence[SourceProfile], contracts: Mapping[str, FileContract]
) -> tuple[Reading, ...]:
    """The readings of the first of `names` that a profile claims; raises FileRefused like `choose_readings`."""
    claimed = next((name for name in names if _claims(name, profiles, contracts)), names[0])
    return choose_readings(claimed, profiles, contracts)


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
