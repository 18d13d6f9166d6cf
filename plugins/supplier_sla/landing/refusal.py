"""Why a file, or one row of it, stays out."""

from __future__ import annotations

from dataclasses import dataclass

from supplier_sla.errors import SupplierSlaError


class FileRefused(SupplierSlaError):
    """A whole file cannot be read as it is; the other files of the night go on."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one record, as it will stand in `ops.quarantined_row`.

    `line` is the physical line on which the record begins (header = 1). `record_text` holds the damaged text of a
    record that could not be split into columns; it is None where the record itself was read.
    """

    line: int
    column: str | None
    value_found: str
    expected: str
    reason_code: str
    record_text: str | None = None


def printable(text: str, limit: int = 200) -> str:
    """`text` as PostgreSQL, JSON and a terminal can take it: bytes that are no text and NULs shown as escapes, cut."""
    beginning = text[:limit]
    try:
        encoded = beginning.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, as JSON can write it
        encoded = beginning.encode("utf-8", "backslashreplace")
    shown = encoded.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return shown if len(text) <= limit else f"{shown}…"


class FileLeftAlone(SupplierSlaError):
    """The file is no delivery of this run; nothing of it is kept."""


class FileInMotion(FileLeftAlone):
    """The file vanished or changed after its content was hashed; nothing of it is kept, a later run takes it."""
