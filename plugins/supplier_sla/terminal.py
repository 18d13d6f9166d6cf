"""Text for a terminal: foreign signs made harmless, columns that line up with Chinese in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

WIDE = ("W", "F")  # East Asian Width: these take two columns


def harmless(text: str) -> str:
    """`text` on one line, control and format signs as escapes: nothing in it can steer a terminal or hide a word."""
    return "".join(sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else _escape(sign) for sign in text)


def width(text: str) -> int:
    """Columns that harmless text takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in WIDE else 1 for sign in text
    )


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """`text` with blanks up to a width, behind it or in front of it."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def aligned(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> list[str]:
    """Lines of a table, two blanks between columns. A row of one cell stands for itself and widens no column."""
    cells = [[harmless(cell) for cell in row] for row in rows]
    columns = max((len(row) for row in cells), default=0)
    widths = [
        max((width(row[column]) for row in cells if len(row) > max(1, column)), default=0) for column in range(columns)
    ]
    return [
        (indent + "  ".join(padded(cell, widths[at], right=at in right) for at, cell in enumerate(row))).rstrip()
        for row in cells
    ]


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")
