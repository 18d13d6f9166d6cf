"""The letters that a supplier was sent, byte for byte as they were."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2.extras import RealDictCursor


@dataclass(frozen=True)
class Letter:
    """One file of a notice."""

    file_name: str
    content: bytes
    description: str


def sent_letters(cursor: RealDictCursor, supplier_id: str) -> Iterator[Letter]:
    """In the order of their numbers."""
    cursor.execute(
        "select notices.notice_number, notices.subject, letters.file_name, letters.content"
        " from governance.notice as notices"
        " inner join governance.notice_letter as letters on notices.notice_number = letters.notice_number"
        " where notices.supplier_id = %s order by letters.notice_number, letters.file_position",
        (supplier_id,),
    )
    for row in cursor.fetchall():
        description = f"Notice {row['notice_number']}: {row['subject']}"
        yield Letter(row["file_name"], zlib.decompress(row["content"]), description)
