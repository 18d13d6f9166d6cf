"""The vocabularies that dbt seeds: `code,label,label_zh,description` and columns of their own."""

from __future__ import annotations

import csv
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import REPOSITORY

VOCABULARIES = REPOSITORY / "dbt_project" / "seeds" / "vocabulary"
REQUIRED_COLUMNS = ("code", "label", "label_zh", "description")


class VocabularyInvalid(SupplierSlaError):
    """A vocabulary is missing or lacks a column."""


def read_vocabulary(path: Path) -> list[dict[str, str]]:
    """The rows of one vocabulary in their order.

    Raises:
        VocabularyInvalid: no such file, or a column of `code,label,label_zh,description` is missing.
    """
    if not path.exists():
        raise VocabularyInvalid(
            f"vocabulary {path.name}", expected="a CSV file", found=f"nothing in {path.parent.name}"
        )
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise VocabularyInvalid(
                f"vocabulary {path.name}",
                expected=", ".join(REQUIRED_COLUMNS),
                found=", ".join(reader.fieldnames or ()),
            )
        return list(reader)


def vocabulary_files(folder: Path) -> list[Path]:
    """All vocabularies, in alphabetical order."""
    return sorted(folder.glob("*.csv"))
