"""A tool without a log: every night it delivers the current state of its tickets, told as a history of states."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from supplier_sla.landing import folder
from supplier_sla.landing.profiles.profile import SourceProfile, load_profiles
from tests.support.register import Row

NIGHTLY = SourceProfile.model_validate(
    {
        "name": "nightly",
        "description": "Full dumps of every night.",
        "files": [
            {
                "pattern": "dump_*.csv",
                "entity": "tickets",
                "exported_at": r"_(\d{4}-\d{2}-\d{2})[.]",
                "exported_at_time": "23:00",
                "history": "snapshots",
            }
        ],
    }
)


@contextmanager
def nightly_source() -> Iterator[None]:
    """The landing knows the profile NIGHTLY beside those of the product."""
    profiles = (*load_profiles(), NIGHTLY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "load_profiles", lambda: profiles)
        yield


def write_dumps(landing: Path, dumps: Mapping[datetime, Iterable[Row]]) -> None:
    """One file per night; the columns are those of all rows of all nights."""
    landing.mkdir(parents=True, exist_ok=True)
    nights = {night: list(rows) for night, rows in dumps.items()}
    columns = list(dict.fromkeys(column for rows in nights.values() for row in rows for column in row))
    for night, rows in nights.items():
        with (landing / f"dump_{night:%Y-%m-%d}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)


def nights(first: datetime, count: int) -> list[datetime]:
    """The instants of nightly exports, one a day."""
    return [first + timedelta(days=day) for day in range(count)]
