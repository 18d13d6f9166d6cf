"""Column names that can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supplier_sla.landing.profiles.reader_options import RepeatedColumns
from supplier_sla.landing.readers.text import is_text
from supplier_sla.landing.refusal import FileRefused, printable

# Between the names of a header that stands on several rows.
BETWEEN_ROWS = " | "


@dataclass(frozen=True)
class HeaderOptions:
    """Where the header of a table stands, as its source profile says; see `FileProfile`."""

    header_row: int | None = None
    header_rows: int = 1
    skip_after_header: int = 0
    repeated_columns: RepeatedColumns = "refuse"

    def columns(self, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """The column names that the rows of the header give; raises FileRefused if they cannot name columns."""
        return usable_header(joined_rows(rows), repeated_columns=self.repeated_columns)


def joined_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name per column out of all rows of a header.

    A blank cell above the last row belongs to the name on its left, as one name over several columns does.
    """
    if len(rows) == 1:
        return list(rows[0])
    width = max(map(len, rows))
    parts: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows, start=1):
        name = ""
        for position in range(width):
            cell = row[position].strip() if position < len(row) else ""
            name = cell or ("" if number == len(rows) else name)
            if name:
                parts[position].append(name)
    return [BETWEEN_ROWS.join(names) for names in parts]


def usable_header(names: Sequence[str], *, repeated_columns: RepeatedColumns = "refuse") -> tuple[str, ...]:
    """The column names without surrounding blanks; raises FileRefused if they cannot name columns.

    With `number` the second column of a name gets `.2` behind it, the third `.3`: Comment, Comment.2, Comment.3.
    """
    header = tuple(name.strip() for name in names)
    for position, name in enumerate(header, start=1):
        if not is_text(name):
            raise FileRefused("the header", expected="text in the encoding of the profile", found=printable(name, 40))
        if not name:
            raise FileRefused("the header", expected="a name for every column", found=f"column {position} without one")
    if repeated_columns == "number":
        header = _numbered(header)
    seen = set()
    for name in header:
        if name.casefold() in seen:
            raise FileRefused(
                "the header",
                expected="each column once",
                found=f"{printable(name, 80)} twice",
                next_step="if the tool means it, set repeated_columns: number in the source profile",
            )
        seen.add(name.casefold())
    return header


def _numbered(header: Sequence[str]) -> tuple[str, ...]:
    times: dict[str, int] = {}
    numbered = []
    for name in header:
        times[name.casefold()] = number = times.get(name.casefold(), 0) + 1
        numbered.append(name if number == 1 else f"{name}.{number}")
    return tuple(numbered)


def missing_header_row(header_row: int, *, found: str) -> FileRefused:
    """The refusal of a file whose header is not where its profile says."""
    return FileRefused(
        "the header",
        expected=f"column names on line {header_row}, as header_row of the source profile says",
        found=found,
        next_step="set header_row to the line with the column names",
    )
