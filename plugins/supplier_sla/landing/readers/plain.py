"""Records that need no parser: each is one line, each value what stands between two delimiters.

Most exports are of this kind. Their lines go into the database as they are, without work for each value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import overload

from supplier_sla.landing.readers.text import Chunk


class PlainRecords(Sequence[Sequence[str]]):
    """Lines of which each is one record; a record is split when somebody asks for it."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._lines = text.split("\n")
        self._lines.pop()  # what follows the last line end

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> list[str]: ...

    @overload
    def __getitem__(self, index: slice) -> list[list[str]]: ...

    def __getitem__(self, index: int | slice) -> list[str] | list[list[str]]:
        if isinstance(index, slice):
            return [line.split(self._delimiter) for line in self._lines[index]]
        return self._lines[index].split(self._delimiter)

    @property
    def longest(self) -> int:
        """Characters of the longest line."""
        return max(map(len, self._lines), default=0)

    def have_value(self, index: int) -> bool:
        """Whether the value at `index` is nowhere empty."""
        if index == 0:
            return not self._text.startswith(self._delimiter) and f"\n{self._delimiter}" not in self._text
        return all(line.split(self._delimiter, index + 1)[index] for line in self._lines)

    def tab_separated(self, lines: Iterable[int]) -> str | None:
        """Each record after the number of its line, tabs between; None where a value holds a tab or a backslash."""
        if "\\" in self._text or ("\t" in self._text and self._delimiter != "\t"):
            return None
        delimiter = self._delimiter
        numbered = "".join([f"{line}{delimiter}{text}\n" for line, text in zip(lines, self._lines, strict=True)])
        return numbered if delimiter == "\t" else numbered.replace(delimiter, "\t")


def have_value(records: Sequence[Sequence[str]], index: int) -> bool:
    """Whether the value at `index` is nowhere empty."""
    if isinstance(records, PlainRecords):
        return records.have_value(index)
    return all(record[index] for record in records)


def plain_records(chunk: Chunk, *, delimiter: str, quote: str | None, width: int) -> PlainRecords | None:
    """The lines of a chunk as records of `width` values; None where they need the parser, damaged ones included."""
    text, encoded = chunk.text, chunk.encoded
    if encoded is None or width < 2 or not delimiter.isascii() or (quote is not None and quote in text):
        return None
    if "\r" in text:
        line_count = text.count("\n")
        if not text.count("\r") == text.count("\r\n") == line_count:
            return None
        text = text.replace("\r\n", "\n")
    # What is left without all other bytes is the shape of the lines: delimiters and line ends.
    shape = encoded.translate(None, _bytes_but(f"{delimiter}\n"))
    line_count = shape.count(b"\n")
    if not text.endswith("\n") or shape != (delimiter * (width - 1) + "\n").encode() * line_count:
        return None
    records = PlainRecords(text, delimiter)
    return records if records.longest <= csv.field_size_limit() else None


def _bytes_but(kept: str) -> bytes:
    return bytes(set(range(256)) - set(kept.encode("ascii")))
