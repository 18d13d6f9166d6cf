"""What a file was read by, as one hash: a file that was refused is tried again when this changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.settings import REPOSITORY

DOOR_IN_SUITES = REPOSITORY / "expectations" / "door_in"


def reading_fingerprint(
    reading: Reading | None,
    profiles: Sequence[SourceProfile],
    limits: UnpackLimits,
    bad_row_limits: BadRowLimits,
    control_sha256: str | None,
) -> str:
    """SHA-256 over profile, file contract, suite of the door in, limits and the control file's content.

    Of a file that no profile reads, over all profiles.
    """
    if reading is None:
        rules: list[object] = [profile.model_dump(mode="json") for profile in profiles]
    else:
        suite = DOOR_IN_SUITES / f"{reading.contract.entity}.yml"
        rules = [
            reading.profile.name,
            reading.profile.default_source_system,
            reading.file_profile.model_dump(mode="json"),
            str(reading.profile.limits.over(bad_row_limits)),
            reading.contract.model_dump(mode="json"),
            suite.read_text(encoding="utf-8") if suite.exists() else None,
        ]
    text = json.dumps([rules, asdict(limits), control_sha256], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
