"""Writes the archive of a supplier from the published night."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from psycopg2.extras import RealDictCursor

from supplier_sla.archive.contents_page import contents_page
from supplier_sla.archive.letters import sent_letters
from supplier_sla.archive.members import MemberWriter
from supplier_sla.archive.tables import Table, supplier_rows, supplier_tables, written
from supplier_sla.errors import SupplierSlaError
from supplier_sla.published import published_slot

MANIFEST = "manifest.json"
CONTENTS = "index.html"
DELIVERIES = ("relative_path", "content_sha256", "entity", "rows_in_file", "as_of")


class SupplierUnknown(SupplierSlaError):
    """The register has no such supplier."""


class ArchiveUnwritable(SupplierSlaError):
    """The archive could not be put where it was asked for."""


def write_archive(cursor: RealDictCursor, supplier_id: str, path: Path) -> str:
    """Write the archive whole or not at all; returns the SHA-256 of its manifest, by which it can be told apart.

    Args:
        cursor: of `supplier_sla.published.reading`, so that everything is of one night.
        supplier_id: as in the register.
        path: the file to write; an older one is replaced.

    Raises:
        SupplierUnknown, ArchiveUnwritable: see there. WarehouseMissing: nothing has been published.
    """
    supplier = _supplier(cursor, supplier_id)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            manifest = _write_members(cursor, supplier, MemberWriter(archive))
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise ArchiveUnwritable(
            f"archive {path.name}",
            expected=f"a writable folder {path.parent}",
            found=error.strerror or str(error),
            next_step="free or open the folder, or give --out of another",
        ) from error
    return hashlib.sha256(manifest).hexdigest()


def _supplier(cursor: RealDictCursor, supplier_id: str) -> dict[str, Any]:
    _, publication_id = published_slot(cursor)
    cursor.execute(
        "select supplier_id, supplier_name, supplier_name_zh, as_of from marts.dim_supplier"
        " cross join (select as_of from ops.publication where publication_id = %s) as published"
        " where is_current and supplier_id = %s",
        (publication_id, supplier_id),
    )
    row = cursor.fetchone()
    if row is None:
        raise SupplierUnknown(
            f"supplier {supplier_id}",
            expected="a supplier_id of marts.dim_supplier",
            found="none of that name",
            next_step="look it up: select supplier_id, supplier_name from marts.dim_supplier where is_current",
        )
    return {**row, "publication_id": publication_id}


def _write_members(cursor: RealDictCursor, supplier: dict[str, Any], writer: MemberWriter) -> bytes:
    deliveries: set[int] = set()
    for table in supplier_tables(cursor):
        rows = _written_rows(cursor, table, supplier["supplier_id"], deliveries)
        writer.add_table(f"tables/{table.name}.csv", table.columns, rows, table.description)
    for letter in sent_letters(cursor, supplier["supplier_id"]):
        writer.add_bytes(f"letters/{letter.file_name}", letter.content, letter.description)
    rows = (tuple(map(written, row)) for row in _delivered(cursor, deliveries))
    writer.add_table("deliveries.csv", DELIVERIES, rows, "Delivered files that the rows of the tables come from.")
    facts = {
        "supplier_id": supplier["supplier_id"],
        "supplier_name": supplier["supplier_name"],
        "supplier_name_zh": supplier["supplier_name_zh"],
        "as_of": written(supplier["as_of"]),
        "publication_id": supplier["publication_id"],
    }
    writer.add_bytes(CONTENTS, contents_page(writer.members, **facts), "Table of contents.")
    manifest = json.dumps(
        {**facts, "members": [asdict(member) for member in writer.members]}, ensure_ascii=False, indent=1
    ).encode("utf-8")
    writer.add_bytes(MANIFEST, manifest, "")
    return manifest


def _written_rows(
    cursor: RealDictCursor, table: Table, supplier_id: str, deliveries: set[int]
) -> Iterator[tuple[str, ...]]:
    place = table.columns.index("_delivery_id") if "_delivery_id" in table.columns else None
    for row in supplier_rows(cursor, table, supplier_id):
        if place is not None and row[place] is not None:
            deliveries.add(row[place])
        yield tuple(map(written, row))


def _delivered(cursor: RealDictCursor, deliveries: set[int]) -> Iterator[tuple[Any, ...]]:
    cursor.execute(
        "select relative_path, content_sha256, entity, rows_in_file, as_of from ops.delivery"
        " where delivery_id = any (%s) order by delivery_id",
        (sorted(deliveries),),
    )
    for row in cursor.fetchall():
        yield tuple(row[name] for name in DELIVERIES)
