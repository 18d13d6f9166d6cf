"""Streams the records of a delimited text file; damaged lines come out beside the good ones and reading goes on.

A physical line ends at LF, CR LF or CR. Blank lines are no records: they are skipped and not counted. Where quotes are
damaged, the line on which the record begins is broken and reading starts again on the next line: one stray quote does
not swallow the rows after it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from supplier_sla.landing.refusal import FileRefused, printable

CHUNK_CHARACTERS = 1 << 20
LONGEST_LINE_CHARACTERS = 1 << 24
MOST_LINES_OF_A_RECORD = 10_000
KEPT_TEXT_CHARACTERS = 10_000

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class BrokenRecord:
    """A record that cannot be taken; `text` is the beginning of the damaged text, `column` the damaged one if known."""

    line: int
    reason_code: str
    expected: str
    found: str
    text: str
    column: str | None = None


@dataclass(frozen=True)
class Batch:
    """Consecutive records of a file: `records[i]` has as many fields as the header and begins on line `lines[i]`."""

    records: Sequence[list[str]]
    lines: Sequence[int]
    broken: Sequence[BrokenRecord] = ()


@dataclass
class _Chunk:
    """Whole physical lines, with their line ends."""

    lines: list[str]
    is_clean: bool = field(kw_only=True)


class DelimitedReader:
    """One pass over one file. `header` is known at once, `batches()` may be called once; memory does not grow.

    Raises:
        FileRefused: empty file, header that is damaged, has an unnamed column or a name twice, or a line without end.
    """

    def __init__(self, stream: BinaryIO, *, encoding: str, delimiter: str) -> None:
        self._encoding = _encoding(stream, encoding)
        text = io.TextIOWrapper(stream, encoding=self._encoding, errors="surrogateescape", newline="")
        self._delimiter = delimiter
        self._next_line = 1
        self._chunks = _chunks(text)
        self._pending: deque[str] = deque()
        self.header: tuple[str, ...] = ()
        self.header = self._read_header()

    def batches(self) -> Iterator[Batch]:
        """The records after the header, some thousand at a time."""
        if self._pending:
            chunk = _Chunk(list(self._pending), is_clean=False)
            self._pending.clear()
            yield self._parse_carefully(chunk)
        for chunk in self._chunks:
            yield self._parse_clean(chunk) or self._parse_carefully(chunk)

    def _read_header(self) -> tuple[str, ...]:
        """The first line that is not blank."""
        while True:
            taken: list[str] = []
            try:
                names = next(self._csv_reader(self._feed(taken)), None)
            except csv.Error as error:
                raise FileRefused("the header", expected="closed quotes", found=str(error)) from error
            if names is None:
                raise FileRefused("the file is empty", expected="a header line")
            self._next_line += len(taken)
            if names:
                return _usable_header(names)

    def _parse_clean(self, chunk: _Chunk) -> Batch | None:
        """The fast way, in C: every line one whole record. None if it is not so."""
        if not chunk.is_clean:
            return None
        try:
            records = list(self._csv_reader(iter(chunk.lines)))
        except csv.Error:
            return None
        if len(records) != len(chunk.lines) or set(map(len, records)) != {len(self.header)}:
            return None
        first = self._next_line
        self._next_line += len(records)
        return Batch(records, range(first, self._next_line))

    def _parse_carefully(self, chunk: _Chunk) -> Batch:
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
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _feed(self, taken: list[str]) -> Iterator[str]:
        """Lines for one record, noted in `taken`, from the pending ones and, when those are used up, the next chunk."""
        while len(taken) < MOST_LINES_OF_A_RECORD:
            if not self._pending:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return
                self._pending.extend(chunk.lines)
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
                text=_kept(text),
            )
        for name, value in zip(self.header, cells, strict=True):
            if not _is_text(value):
                reason_code = "nul_byte" if "\0" in value else "undecodable_bytes"
                expected = "text without NUL bytes" if "\0" in value else f"{self._encoding} text"
                return BrokenRecord(line, reason_code, expected, printable(value), _kept(text), name)
        return None


def _chunks(text: io.TextIOWrapper) -> Iterator[_Chunk]:
    """The lines of a file, about CHUNK_CHARACTERS at a time."""
    rest = ""
    line_count = 0
    while characters := _read(text):
        characters = rest + characters
        is_clean = _is_text(characters)
        lines = list(io.StringIO(characters, newline=""))
        # A last line that ends with CR may still get its LF from the next read.
        rest = "" if lines[-1].endswith("\n") else lines.pop()
        line_count += len(lines)
        if len(rest) > LONGEST_LINE_CHARACTERS:
            raise FileRefused(
                f"line {line_count + 1}",
                expected=f"at most {LONGEST_LINE_CHARACTERS:,} characters",
                found=f"a line that is longer and begins with {printable(rest, 40)!r}",
            )
        if lines:
            yield _Chunk(lines, is_clean=is_clean)
    if rest:
        yield _Chunk([rest], is_clean=False)


def _read(text: io.TextIOWrapper) -> str:
    try:
        return text.read(CHUNK_CHARACTERS)
    except UnicodeDecodeError as error:  # only of encodings in which a damaged byte leaves no way to go on
        raise FileRefused("the file", expected=f"text in {text.encoding}", found=str(error)) from error


def _is_text(characters: str) -> bool:
    """Whether the database can take it: no NUL, and no byte that the error handler `surrogateescape` had to keep."""
    if "\0" in characters:
        return False
    try:
        characters.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _encoding(stream: BinaryIO, declared: str) -> str:
    """The encoding that the byte order mark names, else the declared one; the stream is back at its start."""
    beginning = stream.read(4)
    stream.seek(0)
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), declared)


def _usable_header(names: list[str]) -> tuple[str, ...]:
    """The column names without surrounding blanks; raises FileRefused if they cannot name columns."""
    header = tuple(name.strip() for name in names)
    for position, name in enumerate(header, start=1):
        if not _is_text(name):
            raise FileRefused("the header", expected="text in the encoding of the profile", found=printable(name, 40))
        if not name:
            raise FileRefused("the header", expected="a name for every column", found=f"column {position} without one")
    seen = set()
    for name in header:
        if name.casefold() in seen:
            raise FileRefused("the header", expected="each column once", found=f"{name} twice")
        seen.add(name.casefold())
    return header


def _broken_quotes(line: int, text: str, error: csv.Error) -> BrokenRecord:
    if "field limit" in str(error):
        limit = f"fields of at most {csv.field_size_limit():,} characters"
        return BrokenRecord(line, "field_too_long", limit, printable(text, 80), _kept(text))
    expected = "quotes that are closed before the next delimiter, quotes inside a text doubled"
    return BrokenRecord(line, "malformed_quotes", expected, printable(text.rstrip("\r\n")), _kept(text))


def _kept(text: str) -> str:
    return printable(text.rstrip("\r\n"), KEPT_TEXT_CHARACTERS)
