"""Reads the files of a generated sample."""

from __future__ import annotations

import csv
from pathlib import Path


def rows_of(directory: Path, pattern: str) -> list[dict[str, str]]:
    """Good rows of all files of a pattern, in the order of their names."""
    rows = []
    for path in sorted(directory.glob(pattern)):
        with path.open(encoding="utf-8", newline="") as lines:
            header, *records = list(csv.reader(lines))
        rows += [dict(zip(header, record, strict=True)) for record in records if "-BAD-" not in ",".join(record)]
    return rows
