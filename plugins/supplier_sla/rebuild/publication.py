"""The publication in force at a past instant, as far as it is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.warehouse.content import TableContent, recorded_content


class NothingToRebuild(SupplierSlaError):
    """No night was published by then, or what it used and said is not on record."""


@dataclass(frozen=True)
class PastPublication:
    """One publication with what it was made of and what it said."""

    number: int
    as_of: datetime
    delivery_watermark: int
    delivery_count: int
    build_fingerprint: str
    contents: tuple[TableContent, ...]


def publication_in_force(cursor: Cursor, as_of: datetime) -> PastPublication:
    """The last publication whose `as_of` is not after the given instant.

    Raises:
        NothingToRebuild: there is none, or it was published before its content was put on record.
    """
    cursor.execute(
        "select publication_id, as_of, delivery_watermark, delivery_count, build_fingerprint, deliveries is not null"
        " from ops.publication where as_of <= %s order by publication_id desc limit 1",
        (as_of,),
    )
    row = cursor.fetchone()
    if row is None:
        raise NothingToRebuild(
            f"publication as of {as_of.isoformat()}",
            expected="a night published for that instant or before",
            found="none",
            next_step="give a later --as-of",
        )
    number, published_as_of, watermark, count, fingerprint, has_deliveries = row
    contents = tuple(recorded_content(cursor, number))
    if not has_deliveries or not contents:
        raise NothingToRebuild(
            f"publication {number} as of {published_as_of.isoformat()}",
            expected="its deliveries and hashes on record",
            found="none: a version of the product published it that did not keep them",
            next_step="give the --as-of of a later night",
        )
    return PastPublication(number, published_as_of, watermark, count, fingerprint, contents)
