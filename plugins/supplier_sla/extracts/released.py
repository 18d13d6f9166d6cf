"""Which ledger lines may leave for finance for the first time."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor


def released_lines(cursor: Cursor, slot: str) -> list[int]:
    """Numbers of the lines that no extract holds yet, in their order."""
    cursor.execute(
        "select line_number from finance.ledger_line as line"
        " where not exists (select from finance.extract_line where line_number = line.line_number)"
        " order by line_number"
    )
    return [row[0] for row in cursor.fetchall()]
