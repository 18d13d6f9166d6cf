"""What is the same for every file of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.values import KEEP_EVERYTHING, PersonalData
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.profiles.reading import Reading, choose_readings_by_names


@dataclass(frozen=True)
class Run:
    """What is the same for every file of a run."""

    as_of: datetime
    run_id: str
    profiles: tuple[SourceProfile, ...]
    contracts: Mapping[str, FileContract]
    limits: UnpackLimits
    bad_row_limits: BadRowLimits = field(default_factory=BadRowLimits)  # where a profile has none of its own
    personal: PersonalData = KEEP_EVERYTHING

    def readings(self, names: Sequence[str]) -> list[Reading]:
        """How a file that goes by these names is read, once for each entity; raises FileRefused if it cannot be."""
        found = choose_readings_by_names(names, self.profiles, self.contracts)
        return [replace(reading, personal=self.personal) for reading in found]
