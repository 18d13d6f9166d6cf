"""Text rows on their way into COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.readers.plain import PlainRecords

READ_BYTES = 1 << 18

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def encode_rows(rows: Sequence[Sequence[str]], lines: Sequence[int]) -> bytes:
    """Rows in COPY's text format, each after the number of its line; the empty text is null.

    Text format and not CSV, because up to PostgreSQL 17 a line `\\.` inside a quoted CSV text ends the data.
    """
    if not rows:
        return b""
    if isinstance(rows, PlainRecords) and (plain := rows.tab_separated(lines)) is not None:
        return plain.encode("utf-8")
    encoded = _numbered(map("\t".join, rows), lines)
    # Hardly any export holds a backslash, tab or line end in a value; one look at the whole text shows it.
    is_plain = (
        "\\" not in encoded
        and "\r" not in encoded
        and encoded.count("\n") == len(rows)
        and encoded.count("\t") == len(rows) * len(rows[0])
    )
    if not is_plain:
        encoded = _numbered(("\t".join([value.translate(_ESCAPES) for value in row]) for row in rows), lines)
    return encoded.encode("utf-8")


def _numbered(rows: Iterable[str], lines: Sequence[int]) -> str:
    return "".join([f"{line}\t{row}\n" for line, row in zip(lines, rows, strict=True)])


class _Source:
    """What COPY reads from; remembers the error that COPY would turn into one of its own."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._read(size)
        except Exception as error:
            self.error = error
            raise


def copy_into(cursor: Cursor, table: str, columns: Iterable[str], data: Iterator[bytes] | IO[bytes]) -> int:
    """COPY text-format data into a table and return the number of rows.

    An error of the data's source comes out as it is, not as the database error that it causes.
    """
    statement = sql.SQL("copy {} ({}) from stdin with (format text, null '', encoding 'UTF8')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # An empty piece would end the data early.
    read = data.read if hasattr(data, "read") else lambda _: next(filter(None, data), b"")
    source = _Source(read)
    try:
        cursor.copy_expert(statement, source, READ_BYTES)  # type: ignore[arg-type]  # it needs only read()
    except Exception:
        if source.error is not None:
            raise source.error from None
        raise
    return int(cursor.rowcount)
