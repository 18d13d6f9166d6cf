"""What every format comes down to: batches of records whose values are text, and damaged records beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from supplier_sla.landing.refusal import printable

KEPT_TEXT_CHARACTERS = 10_000


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
    """Consecutive records of a file: `records[i]` has as many values as the header and begins on line `lines[i]`.

    Where a line gives several records `lines[i]` holds the position, too: see `positions.py`. No two records share one.

    `extras[i]` holds the values of the i-th record that have no place in the header, by name; formats in which every
    record has the same columns leave it empty.
    """

    records: Sequence[Sequence[str]]
    lines: Sequence[int]
    broken: Sequence[BrokenRecord] = ()
    extras: Sequence[Mapping[str, str]] = ()


class RecordReader(Protocol):
    """One pass over one file. Everything but `batches()`, which may be called once, is known when it is open.

    Opening and reading raise FileRefused where the file as a whole cannot be read.
    """

    @property
    def header(self) -> Sequence[str]:
        """The name of each value of a record."""

    @property
    def columns_found(self) -> Sequence[str]:
        """The columns that the file has; with the header it differs where records name their values themselves."""

    @property
    def has_extras(self) -> bool:
        """Whether records may have values beside those of the header."""

    @property
    def extra_names(self) -> Iterable[str]:
        """The names of such values; complete after the last batch."""

    @property
    def lines_skipped(self) -> int:
        """Lines or rows before the header, or right after it, which are no records."""

    @property
    def objects_without_records(self) -> int:
        """Objects whose array, which gives the records, is empty or missing; complete after the last batch."""

    def batches(self) -> Iterator[Batch]:
        """The records, some thousand at a time."""


def kept(text: str) -> str:
    """The beginning of a damaged record, without its line end, as it is kept in quarantine."""
    return printable(text.rstrip("\r\n"), KEPT_TEXT_CHARACTERS)
