"""Streams JSON Lines: one object per line. A line that is none is broken, and reading goes on with the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO, Literal

from supplier_sla.landing.readers.json_objects import ObjectOptions, ObjectRecords, decoder
from supplier_sla.landing.readers.records import Batch
from supplier_sla.landing.readers.text import chunks, open_text
from supplier_sla.landing.refusal import FileRefused, printable


class JsonLinesReader:
    """One pass over one file. The header is `expected`, whatever the records hold; all else of a record are extras.

    Which of the expected columns the file has is judged by its beginning, some thousand records: a required one that
    none of them names refuses the file. `options` as in `json_objects.py`.

    Raises:
        FileRefused: empty file, a JSON document of many lines instead of JSON Lines, or a line without end.
    """

    has_extras: Literal[True] = True
    lines_skipped: int = 0

    def __init__(
        self,
        stream: BinaryIO,
        *,
        encoding: str,
        expected: Iterable[str],
        options: ObjectOptions | None = None,
    ) -> None:
        text = open_text(stream, encoding)
        self._encoding = text.encoding
        self._chunks = chunks(text)
        self._next_line = 1
        self._objects = ObjectRecords(expected, options or ObjectOptions())
        self.header = self._objects.header
        self.extra_names = self._objects.extra_names
        first = self._first_batch()
        self._batches = chain([first], self._later_batches())
        self.columns_found = self._objects.columns_found
        if not self._objects.has_any_column and first.broken:
            # Not one record in the beginning: these lines are another kind of file, which broken rows would not say.
            broken = first.broken[0]
            raise FileRefused(
                f"line {broken.line}",
                expected="JSON Lines: one JSON object on each line",
                found=printable(broken.text, 80),
                next_step="check format and encoding in the source profile",
            )

    @property
    def objects_without_records(self) -> int:
        """Lines whose object has no element in the array that gives the records."""
        return self._objects.objects_without_records

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
                        next_step="set format: json in the source profile, or export as JSON Lines (NDJSON)",
                    )
                return self._parse(chunk.lines)
            self._next_line += len(chunk.lines)
        raise FileRefused("the file is empty", expected="one JSON object on each line")

    def _later_batches(self) -> Iterator[Batch]:
        for chunk in self._chunks:
            yield self._parse(chunk.lines)

    def _parse(self, chunk_lines: Sequence[str]) -> Batch:
        first = self._next_line
        self._next_line += len(chunk_lines)
        objects = ((line, text, decoder.decode) for line, text in enumerate(chunk_lines, start=first) if text.strip())
        return self._objects.batch(objects, self._encoding)
