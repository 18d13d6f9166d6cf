"""The one reading of a file that is one entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.profiles.reading import Reading, choose_readings


def choose_reading(file_name: str, profiles: Iterable[SourceProfile], contracts: Mapping[str, FileContract]) -> Reading:
    """Raises FileRefused like `choose_readings`, ValueError for several."""
    (reading,) = choose_readings(file_name, profiles, contracts)
    return reading
