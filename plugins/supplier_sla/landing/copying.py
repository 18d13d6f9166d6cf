"""Text rows on their way into COPY."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

READ_BYTES = 1 << 18


def encode_rows(rows: Iterable[Sequence[str]], lines: Sequence[int]) -> bytes:
    """Rows in COPY's text format, each after the number of its line; the empty text is null.

    Text format and not CSV, because up to PostgreSQL 17 a line `\\.` inside a quoted CSV text ends the data.
    """
    rows = list(rows)
    if not rows:
        return b""
    text = "\n".join([f"{line}\t{row}" for line, row in zip(lines, map("\t".join, rows), strict=True)])
    # Hardly any export holds a tab, a backslash or a line end in a value; one look at the whole text shows it.
    needs_escapes = (
        "\\" in text
        or "\r" in text
        or text.count("\n") != len(rows) - 1
        or text.count("\t") != len(rows) * len(rows[0])
    )
    return _escaped(rows, lines) if needs_escapes else f"{text}\n".encode()


def _escaped(rows: Iterable[Sequence[str]], lines: Sequence[int]) -> bytes:
    """The same with backslashes before tabs, line ends and backslashes, by the csv module.

    It escapes the line ends that occur in its own, hence CR LF.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, escapechar="\\", lineterminator="\r\n"
    )
    writer.writerows((line, *row) for line, row in zip(lines, rows, strict=True))
    return buffer.getvalue().replace("\\\r", "\\\0").encode()


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
