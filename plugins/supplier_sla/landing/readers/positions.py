"""How a record is found again where one line of a file gives several records.

Its line is then `line * 1,000,000 + position`: 12000003 is the third record of line 12. What is wrong with the line as
a whole has position 0. A position never reaches a million, so no two records of a file share a line.
"""

from __future__ import annotations

POSITIONS_OF_A_LINE = 1_000_000


def place(line: int, position: int) -> int:
    """The number under which the record at `position` (from 1; 0 is the whole line) is known."""
    return line * POSITIONS_OF_A_LINE + position
