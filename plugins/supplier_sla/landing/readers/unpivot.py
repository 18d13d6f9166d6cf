"""A table with one column per question becomes one with one record per answer.

Each record gives as many as there are question columns, in their order: two virtual columns say the question (the name
of its column) and the answer, the other columns are repeated. An answer that was left blank is a record without one:
no answer is no score, and it has to show that it was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Literal

from supplier_sla.landing.readers.positions import place
from supplier_sla.landing.readers.records import Batch, RecordReader
from supplier_sla.landing.refusal import FileRefused, printable


class UnpivotedReader:
    """The records of another reader, one for each question. The position of a record is that of its column.

    Raises:
        FileRefused: no column is a question, or one of the virtual columns has the name of a real one.
    """

    has_extras: Literal[False] = False
    extra_names: tuple[str, ...] = ()

    def __init__(
        self,
        reader: RecordReader,
        *,
        columns: Sequence[str],
        besides: Sequence[str] = (),
        question: str = "question",
        answer: str = "answer",
    ) -> None:
        self._reader = reader
        self.lines_skipped = reader.lines_skipped
        self._questions = [
            position for position, name in enumerate(reader.header) if _fits(name, columns) and not _fits(name, besides)
        ]
        if not self._questions:
            raise FileRefused(
                "the header fits no question",
                expected=f"columns named like {', '.join(columns)}",
                found=printable(", ".join(reader.header)),
                next_step="set unpivot.columns in the source profile",
            )
        asked = set(self._questions)
        self._others = [position for position in range(len(reader.header)) if position not in asked]
        self.header = (*(reader.header[position] for position in self._others), question, answer)
        for virtual in (question, answer):
            if sum(name.casefold() == virtual.casefold() for name in self.header) > 1:
                raise FileRefused(
                    "the header",
                    expected=f"no column {virtual}, which is the name for what unpivot makes",
                    found=virtual,
                    next_step="set unpivot.question or unpivot.answer in the source profile to another name",
                )

    @property
    def columns_found(self) -> Sequence[str]:
        """The header: every record has every column."""
        return self.header

    @property
    def objects_without_records(self) -> int:
        """None: there is at least one question."""
        return self._reader.objects_without_records

    def batches(self) -> Iterator[Batch]:
        """The answers, those of one record one after the other."""
        names = [self._reader.header[position] for position in self._questions]
        for batch in self._reader.batches():
            records: list[Sequence[str]] = []
            lines: list[int] = []
            for line, record in zip(batch.lines, batch.records, strict=True):
                others = [record[position] for position in self._others]
                for position, name in zip(self._questions, names, strict=True):
                    records.append([*others, name, record[position]])
                    lines.append(place(line, position + 1))
            broken = [replace(damaged, line=place(damaged.line, 0)) for damaged in batch.broken]
            yield Batch(records, lines, broken)


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)
