"""CSV as spreadsheets read it safely, and as programs read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet runs a cell that starts like this, full-width signs included; an apostrophe in front makes it text
# (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_bytes(
    rows: Iterable[Sequence[str]], *, header: Sequence[str] = (), delimiter: str = ",", byte_order_mark: bool = False
) -> bytes:
    """UTF-8, CRLF; with byte order mark where a spreadsheet opens it (it needs one for Chinese)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", delimiter=delimiter)
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return (BYTE_ORDER_MARK if byte_order_mark else b"") + buffer.getvalue().encode("utf-8")


def guarded(value: str | None) -> str:
    """Text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
