"""A report as the bytes of a file."""

from __future__ import annotations

import contextlib
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.files.csv_file import csv_bytes
from supplier_sla.files.xlsx_file import Cell, sheet_bytes, xlsx_bytes
from supplier_sla.reports.table import Table

SUFFIXES = (".csv", ".xlsx")


class FileUnwritable(SupplierSlaError):
    """The file cannot be written there."""


def must_be_writable(path: Path) -> None:
    """Raises:
    FileUnwritable: neither CSV nor XLSX, or in a folder that there is not.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise FileUnwritable(
            f"file {path}", expected=" or ".join(SUFFIXES), found=path.suffix or "no suffix", next_step="name it so"
        )
    if not path.parent.is_dir():
        raise FileUnwritable(
            f"file {path}", expected=f"a folder {path.parent}", found="none", next_step="make it, then run again"
        )


def written(table: Table, path: Path) -> bytes:
    """What the file holds, by its suffix: CSV as spreadsheets open it, or a workbook of one sheet."""
    if path.suffix.lower() == ".xlsx":
        return xlsx_bytes({"report": sheet_bytes([table.headings, *table.lines])})
    lines = ([_text(cell) for cell in line] for line in table.lines)
    return csv_bytes(lines, header=table.headings, byte_order_mark=True)


def write_file(path: Path, content: bytes) -> None:
    """Under a temporary name first: a file of that name is replaced by the whole new one or not at all.

    Raises:
        FileUnwritable: the disk says no.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise FileUnwritable(
            f"file {path}",
            expected="a place that can be written",
            found=error.strerror or str(error),
            next_step="free or open the folder, or name another file",
        ) from error


def _text(cell: Cell) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else f"{cell:f}"
