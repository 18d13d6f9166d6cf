"""The one way a sample file reaches the disk: UTF-8, minimal quoting, LF line ends (CRLF in the city's shape)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import yaml

Role = Literal["register", "export", "late", "copy", "bad"]

FILE_CONTRACTS = Path(__file__).resolve().parent.parent / "file_contracts"


@dataclass(frozen=True)
class SampleFile:
    """One written file: `rows` are all its data records, `bad_rows` those of them damaged on purpose."""

    name: str
    entity: str | None
    role: Role
    rows: int
    bad_rows: int = 0
    note: str = ""


@cache
def contract_columns(entity: str) -> tuple[str, ...]:
    """Column names of an entity in the order of its file contract."""
    contract = yaml.safe_load((FILE_CONTRACTS / f"{entity}.yml").read_text(encoding="utf-8"))
    return tuple(column["name"] for column in contract["columns"])


class CsvTable:
    """A CSV file under construction; appears under its name only when complete."""

    def __init__(self, path: Path, columns: Sequence[str], *, line_end: str = "\n") -> None:
        self.path = path
        self.columns = tuple(columns)
        self.rows = 0
        self._known_columns = frozenset(columns)
        self._unfinished_path = path.with_name(f".{path.name}.unfinished")
        self._file = self._unfinished_path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator=line_end)
        self._writer.writerow(self.columns)

    def write(self, row: Mapping[str, str]) -> list[str]:
        """Write one record and return its fields; columns that the row leaves out are empty."""
        if not row.keys() <= self._known_columns:
            raise KeyError(f"{self.path.name} has no column {sorted(row.keys() - self._known_columns)}")
        fields = [row.get(column, "") for column in self.columns]
        self.write_fields(fields)
        return fields

    def write_fields(self, fields: Iterable[str]) -> None:
        """Write one record as it is, whatever its number of fields."""
        self._writer.writerow(fields)
        self.rows += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            self._unfinished_path.replace(self.path)
        else:
            self._unfinished_path.unlink()


def write_register(
    directory: Path, entity: str, rows: Iterable[Mapping[str, str]], *, role: Role = "register"
) -> SampleFile:
    """Write `<entity>.csv` with all columns of the file contract; a register does not depend on the tickets."""
    with CsvTable(directory / f"{entity}.csv", contract_columns(entity)) as table:
        for row in rows:
            table.write(row)
    return SampleFile(f"{entity}.csv", entity, role, table.rows)
