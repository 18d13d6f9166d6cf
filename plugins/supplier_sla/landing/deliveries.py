"""The book of deliveries, `ops.delivery`: one row per delivered file and entity, known by its content."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.outcome import Counts, DeliveryOutcome


@dataclass(frozen=True)
class Arrival:
    """A file as it goes into the book. `entity` and `profile` are None where no profile reads it.

    `snapshot_interval` is None unless the source's history is read from the differences between its files.
    """

    file: LandedFile
    profile: str | None
    entity: str | None
    exported_at: datetime | None
    as_of: datetime
    run_id: str
    snapshot_interval: timedelta | None = None


@dataclass(frozen=True)
class EarlierDelivery:
    """A delivery with the same content, with what the decision about the new one needs."""

    delivery_id: int
    rows_in_file: int


def settled_delivery(cursor: Cursor, file: LandedFile, entity: str | None) -> int | None:
    """The delivery that already dealt with this content at this path, or None."""
    cursor.execute(
        """
        select delivery_id
        from ops.delivery
        where
            content_sha256 = %(sha256)s and relative_path = %(path)s and entity is not distinct from %(entity)s
            and state <> 'received'
        """,
        {"sha256": file.content_sha256, "path": file.relative_path, "entity": entity},
    )
    row = cursor.fetchone()
    return int(row[0]) if row else None


def latest_content_by_path(cursor: Cursor) -> dict[str, str]:
    """SHA-256 of what was delivered last at each path."""
    cursor.execute(
        """
        select distinct on (relative_path) relative_path, content_sha256
        from ops.delivery
        order by relative_path, delivery_id desc
        """
    )
    return dict(cursor.fetchall())


def original_delivery(cursor: Cursor, arrival: Arrival) -> EarlierDelivery | None:
    """The loaded delivery of which this file is a copy under another name, or None.

    A name with another export date makes the same content a new statement ("it is so again"), which has to be loaded;
    a name without a date claims nothing.
    """
    cursor.execute(
        """
        select delivery_id, rows_in_file
        from ops.delivery
        where
            content_sha256 = %(sha256)s and entity = %(entity)s and state in ('loaded', 'partly_loaded')
            and (%(exported_at)s::timestamptz is null or exported_at = %(exported_at)s)
        order by delivery_id
        limit 1
        """,
        {"sha256": arrival.file.content_sha256, "entity": arrival.entity, "exported_at": arrival.exported_at},
    )
    row = cursor.fetchone()
    return EarlierDelivery(int(row[0]), int(row[1])) if row else None


def book_arrival(cursor: Cursor, arrival: Arrival) -> int:
    """Enter the file as `received` and return its delivery_id; one left unfinished by a crash is taken up again."""
    cursor.execute(
        """
        insert into ops.delivery
            (relative_path, content_sha256, byte_size, profile, entity, state, exported_at, snapshot_interval, as_of,
            run_id)
        values
            (%(path)s, %(sha256)s, %(byte_size)s, %(profile)s, %(entity)s, 'received', %(exported_at)s,
            %(snapshot_interval)s, %(as_of)s, %(run_id)s)
        on conflict (content_sha256, relative_path, entity) do update
            set profile = excluded.profile, exported_at = excluded.exported_at,
            snapshot_interval = excluded.snapshot_interval, as_of = excluded.as_of, run_id = excluded.run_id
            where delivery.state = 'received'
        returning delivery_id
        """,
        {
            "path": arrival.file.relative_path,
            "sha256": arrival.file.content_sha256,
            "byte_size": arrival.file.byte_size,
            "profile": arrival.profile,
            "entity": arrival.entity,
            "exported_at": arrival.exported_at,
            "snapshot_interval": arrival.snapshot_interval,
            "as_of": arrival.as_of,
            "run_id": arrival.run_id,
        },
    )
    row = cursor.fetchone()
    assert row is not None  # only settled deliveries are left alone, and those were not booked again
    return int(row[0])


def settle(
    cursor: Cursor,
    delivery_id: int,
    arrival: Arrival,
    state: str,
    counts: Counts,
    *,
    reason: str | None = None,
    repeats_delivery_id: int | None = None,
    extra_columns: tuple[str, ...] = (),
    lines_skipped: int = 0,
) -> DeliveryOutcome:
    """Write down what became of a delivery."""
    cursor.execute(
        """
        update ops.delivery
        set
            state = %(state)s, reason = %(reason)s, repeats_delivery_id = %(repeats_delivery_id)s,
            rows_in_file = %(rows_in_file)s, rows_loaded = %(rows_loaded)s, rows_quarantined = %(rows_quarantined)s,
            rows_repeated = %(rows_repeated)s, extra_columns = %(extra_columns)s::text[]
        where delivery_id = %(delivery_id)s
        """,
        {
            "delivery_id": delivery_id,
            "state": state,
            "reason": reason,
            "repeats_delivery_id": repeats_delivery_id,
            **asdict(counts),
            "extra_columns": list(extra_columns),
        },
    )
    return DeliveryOutcome(
        delivery_id, arrival.file.relative_path, arrival.entity, state, counts, reason, extra_columns, lines_skipped
    )
