"""Streams the objects of one array in a JSON document, such as `{"tickets": [...], "count": 2}` or `[...]`.

The document is walked through as text, a piece at a time: memory holds one piece and one object. Records are numbered
by the position of their object in the array, from 1. An object that is no good record is broken and reading goes on;
where the document itself is damaged or cut off, nobody can tell what is missing, and the file is refused.

A library that streams JSON (ijson) was tried and is not used: it turns half a surrogate pair into a question mark and
keeps the last of two equal names, both without a word.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Literal

from supplier_sla.landing.readers.json_objects import NotJson, Number, ObjectOptions, ObjectRecords, decoder
from supplier_sla.landing.readers.records import Batch
from supplier_sla.landing.readers.text import LONGEST_LINE_CHARACTERS, open_text, read_characters
from supplier_sla.landing.refusal import FileRefused, printable

CHARACTERS_OF_A_BATCH = 1 << 20
OBJECTS_OF_A_BATCH = 2_000

_BLANK = re.compile(r"[ \t\r\n]*")

# A whole string, a bracket, or the quote of a string whose end has not been read yet.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|"', re.DOTALL)

# Finds where a value ends that the strict decoder does not want.
_lenient = json.JSONDecoder(parse_constant=str, parse_float=Number)

Decoded = tuple[int, str, Callable[[str], Any]]


class JsonDocumentReader:
    """One pass over one document; `records` is the dotted path of the array, None if the document is the array.

    Which of the expected columns the file has is judged by the first objects, as with JSON Lines. `options`
    as in `json_objects.py`.

    Raises:
        FileRefused: no JSON document, a damaged one, no array at the path, or a too long object.
    """

    has_extras: Literal[True] = True
    lines_skipped: int = 0

    def __init__(
        self,
        stream: BinaryIO,
        *,
        encoding: str,
        expected: Iterable[str],
        records: str | None = None,
        options: ObjectOptions | None = None,
    ) -> None:
        text = open_text(stream, encoding)
        self._encoding = text.encoding
        self._document = _Document(text, tuple(records.split(".")) if records else ())
        self._objects = ObjectRecords(expected, options or ObjectOptions())
        self.header = self._objects.header
        self.extra_names = self._objects.extra_names
        later = self._read_batches()
        first = next(later, Batch((), ()))
        self.columns_found = self._objects.columns_found if self._document.object_count else self.header
        self._batches = chain([first], later)

    @property
    def objects_without_records(self) -> int:
        """Objects without an element in the array that gives the records."""
        return self._objects.objects_without_records

    def batches(self) -> Iterator[Batch]:
        """The records, some thousand at a time."""
        return self._batches

    def _read_batches(self) -> Iterator[Batch]:
        taken: list[Decoded] = []
        characters = 0
        for decoded in self._document.objects():
            taken.append(decoded)
            characters += len(decoded[1])
            if characters >= CHARACTERS_OF_A_BATCH or len(taken) >= OBJECTS_OF_A_BATCH:
                yield self._objects.batch(taken, self._encoding)
                taken, characters = [], 0
        if taken:
            yield self._objects.batch(taken, self._encoding)


class _Document:
    """A place in a document that is read forward only."""

    def __init__(self, text: io.TextIOWrapper, path: tuple[str, ...]) -> None:
        self._text = text
        self._path = path
        self._buffer = ""
        self._position = 0
        self._is_at_end = False
        self.object_count = 0

    def objects(self) -> Iterator[Decoded]:
        """The objects of the array at the path, each with its number and text; then the document is read to its end."""
        if self._peek() is None:
            raise FileRefused("the file is empty", expected="a JSON document")
        if not self._path and self._peek() == "{":
            raise FileRefused(
                "the JSON document",
                expected="a list of objects",
                found="an object",
                next_step="set records in the source profile to the name that holds the list",
            )
        found = yield from self._objects_below(self._path)
        if not found:
            raise FileRefused(
                "the JSON document",
                expected=f"a list at {'.'.join(self._path)}",
                found="none",
                next_step="set records in the source profile to the name that holds the list",
            )
        if self._peek() is not None:
            raise self._damaged("the end of the document")

    def path_of_list(self, *, depth: int) -> str | None:
        """See the function of this name; the rest of the document is left where it is."""
        if self._peek() == "[":
            self._position += 1
            if self._peek() == "{":
                return ""
            self._skip_brackets(1)
            return None
        if self._peek() != "{" or depth == 0:
            self._skip_value()
            return None
        self._position += 1
        is_first = True
        while not self._closes("}", is_first):
            is_first = False
            name, _ = self._decode()
            self._expect(":")
            below = self.path_of_list(depth=depth - 1)
            if below is not None:
                return f"{name}.{below}" if below else str(name)
        return None

    def _objects_below(self, path: tuple[str, ...]) -> Generator[Decoded, None, bool]:
        """Reads one value: the array itself, or an object with the rest of the path; whether the array was there."""
        if not path:
            yield from self._elements()
            return True
        if self._peek() != "{":
            self._skip_value()
            return False
        self._position += 1
        found = False
        is_first = True
        while not self._closes("}", is_first):
            is_first = False
            name, _ = self._decode()
            if not isinstance(name, str):
                raise self._damaged("a name in quotes")
            self._expect(":")
            if name.casefold() == path[0].casefold():
                if found:
                    raise FileRefused("the JSON document", expected=f"{path[0]} once", found="twice")
                found = yield from self._objects_below(path[1:])
            else:
                self._skip_value()
        return found

    def _elements(self) -> Iterator[Decoded]:
        if self._peek() != "[":
            raise self._damaged("a list of objects")
        self._position += 1
        is_first = True
        while not self._closes("]", is_first):
            is_first = False
            content, text = self._decode()
            self.object_count += 1
            yield self.object_count, text, _giver(content)

    def _closes(self, bracket: str, is_first: bool) -> bool:
        """Whether the bracket comes next, which is passed; else a comma is passed, where one has to be."""
        sign = self._peek()
        if sign == bracket:
            self._position += 1
            return True
        if not is_first:
            self._expect(",")
            self._peek()
        return False

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._damaged(sign)
        self._position += 1

    def _peek(self) -> str | None:
        """The next sign that is not blank, None at the end of the document."""
        while True:
            blank = _BLANK.match(self._buffer, self._position)
            assert blank is not None  # it may be empty
            self._position = blank.end()
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if not self._fill():
                return None

    def _decode(self) -> tuple[Any, str]:
        """The value that begins here, or the NotJson that it is, and its text."""
        self._peek()
        decode = decoder.raw_decode
        problem: NotJson | RecursionError | None = None
        while True:
            try:
                content, end = decode(self._buffer, self._position)
            except NotJson as error:
                problem, decode = error, _lenient.raw_decode
                continue
            except RecursionError as error:
                problem, end = error, self._end_of_deep_value()
                content = None
            except ValueError:
                if len(self._buffer) - self._position > LONGEST_LINE_CHARACTERS or not self._fill(doubling=True):
                    raise self._damaged("a JSON value") from None
                continue
            # A number goes on until something else comes.
            if end < len(self._buffer) or not self._fill():
                break
        text = self._buffer[self._position : end]
        self._position = end
        return (content if problem is None else problem), text

    def _end_of_deep_value(self) -> int:
        """Where a value ends that is nested too deeply for the decoder."""
        depth = 0
        position = self._position
        while True:
            match = _STRING_OR_BRACKET.search(self._buffer, position)
            if match is None or match[0] == '"':
                before = self._position
                if len(self._buffer) - before > LONGEST_LINE_CHARACTERS or not self._fill(doubling=True):
                    raise self._damaged("a JSON value")
                position -= before - self._position
                continue
            position = match.end()
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
            if depth == 0:
                return position

    def _skip_value(self) -> None:
        """Pass a value of any size without keeping it."""
        if self._peek() not in ("[", "{"):
            self._decode()
            return
        self._skip_brackets(0)

    def _skip_brackets(self, depth: int) -> None:
        """Pass everything until as many brackets are closed as are opened, and `depth` more."""
        while True:
            match = _STRING_OR_BRACKET.search(self._buffer, self._position)
            if match is None or match[0] == '"':
                self._position = len(self._buffer) if match is None else match.start()
                if len(self._buffer) - self._position > LONGEST_LINE_CHARACTERS or not self._fill():
                    raise self._damaged("the end of a list or an object")
                continue
            self._position = match.end()
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
            if depth == 0:
                return

    def _fill(self, *, doubling: bool = False) -> bool:
        """Read on, twice as much as is pending if asked, and forget what was passed; False at the end."""
        if self._is_at_end:
            return False
        pending = self._buffer[self._position :]
        pieces = [pending]
        length = 0
        while not self._is_at_end and (length == 0 or (doubling and length < len(pending))):
            piece = read_characters(self._text)
            self._is_at_end = not piece
            length += len(piece)
            pieces.append(piece)
        self._buffer = "".join(pieces)
        self._position = 0
        return length > 0

    def _damaged(self, expected: str) -> FileRefused:
        found = printable(self._buffer[self._position : self._position + 40]) or "the end of the file"
        return FileRefused(
            f"the JSON document after object {self.object_count:,}",
            expected=expected,
            found=found,
            next_step="deliver a whole document again, or JSON Lines with format: jsonl",
        )


def _giver(content: Any) -> Callable[[str], Any]:
    """What gives the content that was decoded already, or raises what was wrong with it."""

    def give(_: str) -> Any:
        if isinstance(content, NotJson | RecursionError):
            raise content
        return content

    return give


def path_of_list(text: str) -> str | None:
    """The dotted path of the first list of objects at the beginning of a document, "" if it is one; None without one.

    Looks into objects, two deep, and at no more than `text`, which may be cut off.
    """
    try:
        return _document_of(text, ()).path_of_list(depth=3)
    except FileRefused:
        return None


def first_objects(text: str, path: str) -> list[str]:
    """The whole objects of the list at a path of a document that may be cut off, as text."""
    found: list[str] = []
    with contextlib.suppress(FileRefused):
        found.extend(element for _, element, _ in _document_of(text, tuple(path.split(".")) if path else ()).objects())
    return found


def _document_of(text: str, path: tuple[str, ...]) -> _Document:
    content = io.BytesIO(text.encode("utf-8", "surrogateescape"))
    return _Document(io.TextIOWrapper(content, encoding="utf-8", errors="surrogateescape", newline=""), path)
