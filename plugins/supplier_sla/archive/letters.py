"""The letters that a supplier was sent, byte for byte as they were."""

from __future__ import annotations

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
    yield from ()
