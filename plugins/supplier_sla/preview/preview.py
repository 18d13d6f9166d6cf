"""One transaction that lands a change, asks what it touches, and is rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

from supplier_sla.database import session
from supplier_sla.landing.personal.values import KEEP_EVERYTHING, PersonalData
from supplier_sla.preview.reaches import objects_of, reaches
from supplier_sla.preview.register_rows import ChangedRow, Register, changed_rows, read_register
from supplier_sla.preview.touched import Row, find_touched
from supplier_sla.preview.unsaved_landing import content_hashes, land_unsaved
from supplier_sla.published import act_as, hold_publication, published_slot


@dataclass(frozen=True)
class Preview:
    """What a folder of exports would change, as of the published night."""

    publication: int
    as_of: datetime
    files: tuple[tuple[str, str], ...]
    changed_rows: tuple[ChangedRow, ...]
    register: Register
    objects: tuple[Row, ...]
    statuses: tuple[Row, ...]
    tickets: tuple[Row, ...]
    periods: tuple[Row, ...]
    ledger_lines: tuple[Row, ...]

    def rows_of(self, kind: str, identifier: str) -> list[ChangedRow]:
        """The changed rows of one register object."""
        return [
            row
            for row in self.changed_rows
            if (kind, identifier) in {(one.kind, one.identifier) for one in objects_of(row)}
        ]

    @property
    def ineffective_rows(self) -> list[ChangedRow]:
        """Rows that differ and change nothing as of this night, such as an exclusion that nobody has approved."""
        effective = {(row["object_kind"], row["object_id"]) for row in self.objects}
        return [
            row for row in self.changed_rows if not effective & {(one.kind, one.identifier) for one in objects_of(row)}
        ]


def preview_change(url: str, folder: Path, *, personal: PersonalData = KEEP_EVERYTHING) -> Preview:
    """Land `folder` on top of the published night, find out what it touches, and undo everything.

    Args:
        url: of a login that may act as loader and as transformer: the administrator's.
        folder: export files, as in a landing folder.
        personal: what the nights do to personal values; rows would differ otherwise.

    Raises:
        WarehouseMissing, WarehouseClosed, LandingBusy, LandingFolderMissing, PersonalSettingChanged: see there.
    """
    # The session never commits: at its end, as after any error, PostgreSQL undoes what the transaction did.
    with session(url, application_name="supplier_sla_preview") as connection:
        with connection.cursor() as cursor:
            act_as(cursor, "transformer")
            hold_publication(cursor)
            slot, publication = published_slot(cursor)
            as_of = _as_of(cursor)
            before = read_register(cursor, slot)
        files = land_unsaved(connection, folder, as_of=as_of, personal=personal)
        with connection.cursor() as cursor:
            _open_to_models(cursor, slot, content_hashes(folder))
            after = read_register(cursor, slot)
        rows = changed_rows(before, after)
        answers = _answers(connection, slot, rows, after)
        connection.rollback()
    return Preview(publication, as_of, tuple(files), tuple(rows), after, **answers)


def _as_of(cursor: Cursor) -> datetime:
    cursor.execute("select as_of from marts.dim_night")
    (as_of,) = cursor.fetchone() or (None,)
    assert as_of is not None  # a published slot has one night
    return as_of


def _open_to_models(cursor: Cursor, slot: str, hashes: Sequence[str]) -> None:
    """The door in does not judge a preview; content that was delivered before, but after the night, counts as well."""
    cursor.execute(
        "insert into ops.slot_delivery (slot, delivery_id, is_built)"
        " select %s, delivery_id, false from ops.delivery"
        " where state in ('loaded', 'partly_loaded') and content_sha256 = any(%s) on conflict do nothing",
        (slot, list(hashes)),
    )


def _answers(connection: Connection, slot: str, rows: Sequence[ChangedRow], after: Register) -> dict[str, Any]:
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        found = find_touched(cursor, slot, reaches(rows, after))
    objects = [*found.pop("objects"), *_without_measurements(rows)]
    return {"objects": tuple(objects), **{name: tuple(answer) for name, answer in found.items()}}


def _without_measurements(rows: Sequence[ChangedRow]) -> list[Row]:
    """Clauses and fees: no measurement rests on them, only what is owed."""
    found = [one for row in rows if row.entity in ("penalty_terms", "fees") for one in objects_of(row)]
    return [
        {"object_kind": one.kind, "object_id": one.identifier, "ticket_count": 0, "measurement_count": 0}
        for one in dict.fromkeys(found)
    ]
