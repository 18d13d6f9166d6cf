"""Streams JSON Lines: one object per line. A line that is none is broken, and reading goes on with the next one.

Values inside objects are addressed by dotted path. Numbers come as they are written, but for exponents; true and false
as such words; null and a missing name as no value; a list, or an object that was asked for as a whole, as compact JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO, Literal, NoReturn

from supplier_sla.landing.readers.numbers import plain
from supplier_sla.landing.readers.records import Batch, BrokenRecord, kept
from supplier_sla.landing.readers.text import chunks, damage_of, is_text, open_text
from supplier_sla.landing.refusal import FileRefused, printable

MOST_EXTRA_NAMES = 10_000

_quoted = json.JSONEncoder(ensure_ascii=False).encode


class _Damage(Exception):
    """Something in one line that makes it no record."""

    def __init__(self, reason_code: str, expected: str, found: str, column: str | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected
        self.found = found
        self.column = column


class JsonLinesReader:
    """One pass over one file. The header is `expected`, whatever the records hold; all else of a record are extras.

    Which of the expected columns the file has is judged by its beginning, some thousand records: a required one that
    none of them names refuses the file.

    Raises:
        FileRefused: empty file, a JSON document of many lines instead of JSON Lines, or a line without end.
    """

    has_extras: Literal[True] = True
    lines_skipped: int = 0

    def __init__(self, stream: BinaryIO, *, encoding: str, expected: Iterable[str]) -> None:
        text = open_text(stream, encoding)
        self._encoding = text.encoding
        self._chunks = chunks(text)
        self._next_line = 1
        self.header = tuple({name.casefold(): name for name in expected}.values())
        self._index_by_name = {name.casefold(): index for index, name in enumerate(self.header)}
        # How a name is spelled in the file -> its position in the header, -1 for a name that is not in it.
        self._index_by_spelling: dict[str, int] = {}
        self._found: set[int] = set()
        self.extra_names: dict[str, None] = {}
        first = self._first_batch()
        self._batches = chain([first], self._later_batches())
        self.columns_found = (*(self.header[index] for index in sorted(self._found)), *self.extra_names)
        if not self._found and not self.extra_names and first.broken:
            # Not one record in the beginning: these lines are another kind of file, which broken rows would not say.
            broken = first.broken[0]
            raise FileRefused(
                f"line {broken.line}",
                expected="JSON Lines: one JSON object on each line",
                found=printable(broken.text, 80),
                next_step="check format and encoding in the source profile",
            )

    def batches(self) -> Iterator[Batch]:
        """The records, some thousand at a time."""
        return self._batches

    def _first_batch(self) -> Batch:
        for chunk in self._chunks:
            first = next((line for line in chunk.lines if line.strip()), None)
            if first is not None:
                if first.lstrip()[0] == "[" or first.strip() == "{":
                    raise FileRefused(
                        "the file",
                        expected="JSON Lines: one JSON object on each line",
                        found="one JSON document over many lines",
                        next_step="export as JSON Lines (also called NDJSON)",
                    )
                return self._parse(chunk.lines)
            self._next_line += len(chunk.lines)
        raise FileRefused("the file is empty", expected="one JSON object on each line")

    def _later_batches(self) -> Iterator[Batch]:
        for chunk in self._chunks:
            yield self._parse(chunk.lines)

    def _parse(self, chunk_lines: Sequence[str]) -> Batch:
        records: list[list[str]] = []
        lines: list[int] = []
        extras: list[dict[str, str]] = []
        broken: list[BrokenRecord] = []
        for line, text in enumerate(chunk_lines, start=self._next_line):
            if not text.strip():
                continue
            try:
                record, extra = self._record(text)
            except RecursionError:
                broken.append(BrokenRecord(line, "malformed_json", "values nested less deeply", "too many", kept(text)))
                continue
            except _Damage as damage:
                broken.append(
                    BrokenRecord(line, damage.reason_code, damage.expected, damage.found, kept(text), damage.column)
                )
                continue
            records.append(record)
            extras.append(extra)
            lines.append(line)
        self._next_line += len(chunk_lines)
        return Batch(records, lines, broken, extras)

    def _record(self, text: str) -> tuple[list[str], dict[str, str]]:
        """The values of the header and the others; raises _Damage."""
        if not is_text(text):
            raise _Damage(*damage_of(text, self._encoding), found=printable(text))
        try:
            content = _decode(text)
        except ValueError as error:
            expected = "one JSON object on the line, each name in it once"
            raise _Damage("malformed_json", expected, printable(str(error))) from None
        if not isinstance(content, dict):
            raise _Damage("not_an_object", "one JSON object on the line", printable(text.strip()))
        record = [""] * len(self.header)
        extra: dict[str, str] = {}
        taken: set[int] = set()
        has_escapes = "\\u" in text
        for name, value in self._leaves(content, ""):
            if has_escapes and not (is_text(value) and is_text(name)):
                reason_code, _ = damage_of(name + value, self._encoding)
                expected = "text without NUL and without half a surrogate pair"
                raise _Damage(reason_code, expected, printable(value), printable(name))
            index = self._index(name)
            if name in extra or index in taken:
                raise _Damage("malformed_json", "each name once, upper and lower case alike", printable(name))
            if index < 0:
                extra[name] = value
                if name not in self.extra_names and len(self.extra_names) < MOST_EXTRA_NAMES:
                    self.extra_names[name] = None
            else:
                record[index] = value
                taken.add(index)
        self._found |= taken
        return record, extra

    def _leaves(self, content: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
        """Each value with its dotted path; an object that is in the header stays whole."""
        for key, value in content.items():
            name = f"{path}{key}"
            if type(value) is str:
                yield name, value
            elif type(value) is dict and value and self._index(name) < 0:
                yield from self._leaves(value, f"{name}.")
            else:
                yield name, _text(value)

    def _index(self, name: str) -> int:
        index = self._index_by_spelling.get(name)
        if index is None:
            index = self._index_by_name.get(name.casefold(), -1)
            if len(self._index_by_spelling) < MOST_EXTRA_NAMES:
                self._index_by_spelling[name] = index
        return index


class _Number(str):
    """A number with a fraction or an exponent, as it is written: a float would round it."""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, _Number):
        return plain(Decimal(value))
    if isinstance(value, int):
        return str(value)
    return _compact(value)


def _compact(value: Any) -> str:
    """JSON without blanks, numbers as they were written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(name)}:{_compact(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return str(value) if isinstance(value, _Number) else _quoted(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("an object with a name twice")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name}, which is no JSON")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_Number).decode
