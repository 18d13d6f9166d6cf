"""Streams the records of a delimited text file; damaged lines come out beside the good ones and reading goes on.

Blank lines are no records: they are skipped and not counted. Where quotes are damaged, the line on which the record
begins is broken and reading starts again on the next line: one stray quote does not swallow the rows after it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Literal

from supplier_sla.landing.readers.header import HeaderOptions, missing_header_row
from supplier_sla.landing.readers.plain import plain_records
from supplier_sla.landing.readers.records import Batch, BrokenRecord, kept
from supplier_sla.landing.readers.text import Chunk, chunks, damage_of, is_text, open_text
from supplier_sla.landing.refusal import FileRefused, printable

MOST_LINES_OF_A_RECORD = 10_000

_PLAIN_HEADER = HeaderOptions()


class DelimitedReader:
    """One pass over one CSV or TSV file; memory does not grow. Without `quote` a quotation mark is text like any other.

    Without `header_row` (counted from 1) the header begins on the first line that is not blank.

    Raises:
        FileRefused: empty file, header that is damaged, has an unnamed column or a name twice, or a line without end.
    """

    has_extras: Literal[False] = False
    extra_names: tuple[str, ...] = ()
    objects_without_records: int = 0

    def __init__(
        self,
        stream: BinaryIO,
        *,
        encoding: str,
        delimiter: str,
        quote: str | None = '"',
        header: HeaderOptions = _PLAIN_HEADER,
    ) -> None:
        text = open_text(stream, encoding)
        self._encoding = text.encoding
        self._delimiter = delimiter
        self._quote = quote
        self._next_line = 1
        self._chunks = chunks(text)
        self._pending: deque[str] = deque()
        self.lines_skipped = 0
        self.header: tuple[str, ...] = ()
        if header.header_row is not None:
            self._skip_lines_before(header.header_row)
        rows = [self._read_header(header.header_row)]
        while len(rows) < header.header_rows and (cells := self._next_cells()) is not None:
            rows.append(cells)
        self.header = header.columns(rows)
        self._skip_records(header.skip_after_header)

    @property
    def columns_found(self) -> tuple[str, ...]:
        """The header: every record has every column."""
        return self.header

    def batches(self) -> Iterator[Batch]:
        """The records after the header, some thousand at a time."""
        if self._pending:
            chunk = Chunk("".join(self._pending))
            self._pending.clear()
            yield self._parse_carefully(chunk)
        for chunk in self._chunks:
            yield self._parse_clean(chunk) or self._parse_carefully(chunk)

    def _skip_lines_before(self, header_row: int) -> None:
        """Leave out whole physical lines: what stands above a header need not be delimited text."""
        while self._next_line < header_row:
            if not self._fill():
                raise missing_header_row(header_row, found=f"a file of {self._next_line - 1} lines")
            self._pending.popleft()
            self._next_line += 1
            self.lines_skipped += 1

    def _next_cells(self) -> list[str] | None:
        """One record above the data, which has to be whole; an empty one for a blank line, None at the end."""
        taken: list[str] = []
        try:
            cells = next(self._csv_reader(self._feed(taken)), None)
        except csv.Error as error:
            raise FileRefused("the header", expected="closed quotes", found=str(error)) from error
        self._next_line += len(taken)
        return cells

    def _skip_records(self, record_count: int) -> None:
        """Leave out what stands between the column names and the data: question texts, ids, units."""
        for _ in range(record_count):
            before = self._next_line
            if self._next_cells() is None:
                return
            self.lines_skipped += self._next_line - before

    def _read_header(self, header_row: int | None) -> list[str]:
        """The cells of the first line that is not blank, or of the one at `header_row`."""
        while True:
            names = self._next_cells()
            if header_row is not None and not names:
                found = "a blank line" if names is not None else f"a file of {self._next_line - 1} lines"
                raise missing_header_row(header_row, found=found)
            if names is None:
                raise FileRefused("the file is empty", expected="a header line")
            if names:
                return names

    def _parse_clean(self, chunk: Chunk) -> Batch | None:
        """The fast ways, in C: every line one whole record. None if it is not so."""
        plain = plain_records(chunk, delimiter=self._delimiter, quote=self._quote, width=len(self.header))
        if plain is not None:
            return self._whole_lines(plain)
        if not chunk.is_clean:
            return None
        try:
            records = list(self._csv_reader(iter(chunk.lines)))
        except csv.Error:
            return None
        if len(records) != len(chunk.lines) or set(map(len, records)) != {len(self.header)}:
            return None
        return self._whole_lines(records)

    def _whole_lines(self, records: Sequence[Sequence[str]]) -> Batch:
        first = self._next_line
        self._next_line += len(records)
        return Batch(records, range(first, self._next_line))

    def _parse_carefully(self, chunk: Chunk) -> Batch:
        """Record by record, to the end of the chunk and of the record that may reach over it."""
        self._pending.extend(chunk.lines)
        records: list[list[str]] = []
        lines: list[int] = []
        broken: list[BrokenRecord] = []
        while self._pending:
            line = self._next_line
            taken: list[str] = []
            try:
                cells = next(self._csv_reader(self._feed(taken)))
            except csv.Error as error:
                self._pending.extendleft(reversed(taken[1:]))
                self._next_line += 1
                broken.append(_broken_quotes(line, taken[0], error))
                continue
            self._next_line += len(taken)
            if not cells:
                continue
            damage = self._damage(line, cells, "".join(taken))
            if damage is None:
                records.append(cells)
                lines.append(line)
            else:
                broken.append(damage)
        return Batch(records, lines, broken)

    def _csv_reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        if self._quote is None:
            return csv.reader(lines, delimiter=self._delimiter, quoting=csv.QUOTE_NONE, strict=True)
        return csv.reader(lines, delimiter=self._delimiter, quotechar=self._quote, strict=True)

    def _fill(self) -> bool:
        """Make sure that a line is pending; False at the end of the file."""
        if not self._pending:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._pending.extend(chunk.lines)
        return True

    def _feed(self, taken: list[str]) -> Iterator[str]:
        """Lines for one record, noted in `taken`, from the pending ones and, when those are used up, the next chunk."""
        while len(taken) < MOST_LINES_OF_A_RECORD and self._fill():
            taken.append(self._pending.popleft())
            yield taken[-1]

    def _damage(self, line: int, cells: list[str], text: str) -> BrokenRecord | None:
        """What is wrong with a record that could be split, or None."""
        if len(cells) != len(self.header):
            return BrokenRecord(
                line,
                "wrong_field_count",
                expected=f"{len(self.header)} fields, as in the header",
                found=f"{len(cells)} fields",
                text=kept(text),
            )
        for name, value in zip(self.header, cells, strict=True):
            if not is_text(value):
                reason_code, expected = damage_of(value, self._encoding)
                return BrokenRecord(line, reason_code, expected, printable(value), kept(text), name)
        return None


def _broken_quotes(line: int, text: str, error: csv.Error) -> BrokenRecord:
    if "field limit" in str(error):
        limit = f"fields of at most {csv.field_size_limit():,} characters"
        return BrokenRecord(line, "field_too_long", limit, printable(text, 80), kept(text))
    expected = "quotes that are closed before the next delimiter, quotes inside a text doubled"
    return BrokenRecord(line, "malformed_quotes", expected, printable(text.rstrip("\r\n")), kept(text))
