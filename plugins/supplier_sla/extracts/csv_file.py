"""One extract file: bytes that spreadsheets read safely, a control file beside it, written whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from supplier_sla.errors import SupplierSlaError

# A spreadsheet runs a cell that starts like this, full-width signs included; an apostrophe in front makes it text
# (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class OutboxUnwritable(SupplierSlaError):
    """A file could not be put into the outbox; it goes out with the next run under the same number."""


class OutboxOccupied(SupplierSlaError):
    """Another file of that name is in the outbox, as when two warehouses share one."""


@dataclass(frozen=True)
class Column:
    """One column of a layout; text is guarded against formulas, amounts and numbers are written as they are."""

    name: str
    is_text: bool = True


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[str | None]]) -> bytes:
    """UTF-8 with byte order mark (spreadsheets need it for Chinese), CRLF, header line, empty field for no value."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow(
            [guarded(value) if column.is_text else value or "" for column, value in zip(columns, row, strict=True)]
        )
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def guarded(value: str | None) -> str:
    """Text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def control_bytes(content: dict[str, object]) -> bytes:
    """A control file: JSON with sorted keys, totals as text so that no reader rounds them."""
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def write_whole(path: Path, content: bytes) -> None:
    """Write under a temporary name, force it to disk, then rename: a reader sees all of the file or none.

    Raises:
        OutboxUnwritable: the folder cannot be made or written, or the disk is full.
        OutboxOccupied: a file of that name says something else; what was handed over is never overwritten.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() != content:
            raise OutboxOccupied(
                f"outbox file {path}",
                expected=f"none, or the same one with SHA-256 {sha256(content)}",
                found=f"one with SHA-256 {sha256(path.read_bytes())}",
                next_step="give each warehouse an outbox of its own, or move the file away and run the night again",
            )
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OutboxUnwritable(
            f"outbox file {path.name}",
            expected=f"a writable folder {path.parent}",
            found=error.strerror or str(error),
            next_step="free or open the folder and run the night again; nothing is lost and no number is skipped",
        ) from error
