"""Column names that can be relied on."""

from __future__ import annotations

from collections.abc import Sequence

from supplier_sla.landing.readers.text import is_text
from supplier_sla.landing.refusal import FileRefused, printable


def usable_header(names: Sequence[str]) -> tuple[str, ...]:
    """The column names without surrounding blanks; raises FileRefused if they cannot name columns."""
    header = tuple(name.strip() for name in names)
    for position, name in enumerate(header, start=1):
        if not is_text(name):
            raise FileRefused("the header", expected="text in the encoding of the profile", found=printable(name, 40))
        if not name:
            raise FileRefused("the header", expected="a name for every column", found=f"column {position} without one")
    seen = set()
    for name in header:
        if name.casefold() in seen:
            raise FileRefused("the header", expected="each column once", found=f"{name} twice")
        seen.add(name.casefold())
    return header


def missing_header_row(header_row: int, *, found: str) -> FileRefused:
    """The refusal of a file whose header is not where its profile says."""
    return FileRefused(
        "the header",
        expected=f"column names on line {header_row}, as header_row of the source profile says",
        found=found,
        next_step="set header_row to the line with the column names",
    )
