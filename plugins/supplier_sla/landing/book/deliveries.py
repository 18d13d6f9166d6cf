"""The book of deliveries, `ops.delivery`: one row per delivered file and entity, known by its content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    reading_fingerprint: str | None = None
    content_kind: str = "changes"
    control_file: str | None = None
    snapshot_interval: timedelta | None = None


@dataclass(frozen=True)
class SettledDelivery:
    """What was delivered last under a name, and what became of it."""

    delivery_id: int
    entity: str | None
    content_sha256: str
    state: str
    reading_fingerprint: str | None
    modified_ns: int | None

    @property
    def has_rows(self) -> bool:
        """Whether rows of it stand in raw."""
        return self.state in ("loaded", "partly_loaded")

    def already_deals_with(self, arrival: Arrival) -> bool:
        """Whether this is the same statement: the same content, and if refused, refused by the same rules."""
        return (
            self.entity == arrival.entity
            and self.content_sha256 == arrival.file.content_sha256
            and (self.state != "refused" or self.reading_fingerprint == arrival.reading_fingerprint)
        )


@dataclass(frozen=True)
class EarlierDelivery:
    """A delivery with the same content, with what the decision about the new one needs."""

    delivery_id: int
    rows_in_file: int
    rows_elsewhere: int


def latest_delivery(cursor: Cursor, arrival: Arrival) -> SettledDelivery | None:
    """What was delivered last under this name as this entity; if nothing was, what nobody could read as any.

    One that was refused and then read again has the state `reread`: there is nothing to try again.
    """
    cursor.execute(
        """
        select
            delivery_id, entity, content_sha256,
            case
                when state = 'refused' and exists (
                    select from ops.delivery as again
                    where
                        again.rereads_delivery_id = delivery.delivery_id
                        and again.state not in ('received', 'refused')
                ) then 'reread'
                else state
            end,
            reading_fingerprint, modified_ns
        from ops.delivery
        where
            rereads_delivery_id is null and
            relative_path = %(path)s and (entity is null or entity is not distinct from %(entity)s)
            and state <> 'received'
        order by entity is null and %(entity)s is not null, delivery_id desc
        limit 1
        """,
        {"path": arrival.file.relative_path, "entity": arrival.entity},
    )
    row = cursor.fetchone()
    return SettledDelivery(*row) if row else None


def note_delivered_again(cursor: Cursor, latest: SettledDelivery, arrival: Arrival) -> None:
    """A file written anew with the same content is a sign of life of its source, though it says nothing new."""
    if latest.modified_ns != arrival.file.modified_ns:
        cursor.execute(
            "update ops.delivery set modified_ns = %s, delivered_again_as_of = %s where delivery_id = %s",
            (arrival.file.modified_ns, arrival.as_of, latest.delivery_id),
        )


def is_return(cursor: Cursor, arrival: Arrival) -> bool:
    """Whether this content stood under this name before and other content took its place since: a new statement."""
    cursor.execute(
        """
        select exists (
            select from ops.delivery
            where
                relative_path = %(path)s and entity is not distinct from %(entity)s
                and content_sha256 = %(sha256)s and state not in ('received', 'refused')
        )
        """,
        {
            "path": arrival.file.relative_path,
            "entity": arrival.entity,
            "sha256": arrival.file.content_sha256,
        },
    )
    return bool((cursor.fetchone() or (False,))[0])


def original_delivery(cursor: Cursor, arrival: Arrival) -> EarlierDelivery | None:
    """The loaded delivery of which this file is a copy under another name, or None.

    A name with another export date makes the same content a new statement ("it is so again"), which has to be loaded;
    a name without a date claims nothing.
    """
    cursor.execute(
        """
        select delivery_id, rows_in_file, rows_elsewhere
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
    return EarlierDelivery(*map(int, row)) if row else None


def book_arrival(cursor: Cursor, arrival: Arrival, latest: SettledDelivery | None) -> int:
    """Enter the file as `received` and return its delivery_id.

    One left unfinished by a crash is taken up again, unless `latest`, what was delivered last under the name, came
    after it: where nothing but the order of arrival tells versions apart, a later statement has the higher number.
    The caller holds the landing lock, so the next number is free; an identity would leave a gap after a crash.
    """
    values = _values(arrival, latest_id=latest.delivery_id if latest else None)
    cursor.execute(
        """
        update ops.delivery
        set
            profile = %(profile)s, exported_at = %(exported_at)s, as_of = %(as_of)s, run_id = %(run_id)s,
            reading_fingerprint = %(fingerprint)s, content_kind = %(content_kind)s, control_file = %(control_file)s,
            modified_ns = %(modified_ns)s, supersedes_delivery_id = %(latest_id)s,
            snapshot_interval = %(snapshot_interval)s
        where
            relative_path = %(path)s and entity is not distinct from %(entity)s and content_sha256 = %(sha256)s
            and state = 'received' and delivery_id > coalesce(%(latest_id)s, 0)
        returning delivery_id
        """,
        values,
    )
    row = cursor.fetchone()
    return int(row[0]) if row else _book_anew(cursor, values)


def book_rereading(cursor: Cursor, arrival: Arrival, rereads_delivery_id: int) -> int:
    """Enter a file that is read again as a delivery of its own, and return its delivery_id."""
    return _book_anew(cursor, _values(arrival, rereads_id=rereads_delivery_id))


def _values(arrival: Arrival, *, latest_id: int | None = None, rereads_id: int | None = None) -> dict[str, object]:
    return {
        "path": arrival.file.relative_path,
        "sha256": arrival.file.content_sha256,
        "byte_size": arrival.file.byte_size,
        "modified_ns": arrival.file.modified_ns,
        "profile": arrival.profile,
        "entity": arrival.entity,
        "exported_at": arrival.exported_at,
        "as_of": arrival.as_of,
        "run_id": arrival.run_id,
        "fingerprint": arrival.reading_fingerprint,
        "content_kind": arrival.content_kind,
        "control_file": arrival.control_file,
        "snapshot_interval": arrival.snapshot_interval,
        "latest_id": latest_id,
        "rereads_id": rereads_id,
    }


def _book_anew(cursor: Cursor, values: Mapping[str, object]) -> int:
    """A new row with the next number; each time that the same content comes under the same name is an occurrence."""
    cursor.execute(
        """
        insert into ops.delivery
            (delivery_id, relative_path, content_sha256, byte_size, modified_ns, profile, entity, state,
            exported_at, as_of, run_id, reading_fingerprint, content_kind, control_file, supersedes_delivery_id,
            rereads_delivery_id, snapshot_interval, occurrence)
        overriding system value
        select
            (select 1 + coalesce(max(delivery_id), 0) from ops.delivery), %(path)s, %(sha256)s, %(byte_size)s,
            %(modified_ns)s, %(profile)s, %(entity)s, 'received', %(exported_at)s, %(as_of)s, %(run_id)s,
            %(fingerprint)s, %(content_kind)s, %(control_file)s, %(latest_id)s, %(rereads_id)s, %(snapshot_interval)s,
            1 + coalesce(max(occurrence), 0)
        from ops.delivery
        where relative_path = %(path)s and entity is not distinct from %(entity)s and content_sha256 = %(sha256)s
        returning delivery_id
        """,
        values,
    )
    row = cursor.fetchone()
    assert row is not None  # an insert returns what it inserted
    return int(row[0])


def any_let_in(cursor: Cursor, delivery_ids: Sequence[int]) -> bool:
    """Whether one of these deliveries was let in, in part at least."""
    cursor.execute(
        "select exists (select from ops.delivery where delivery_id = any(%s) and state not in ('received', 'refused'))",
        (list(delivery_ids),),
    )
    return bool((cursor.fetchone() or (False,))[0])


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
    objects_without_records: int = 0,
    rows_left_out: int | None = None,
    remarks: tuple[str, ...] = (),
) -> DeliveryOutcome:
    """Write down what became of a delivery."""
    cursor.execute(
        """
        update ops.delivery
        set
            state = %(state)s, reason = %(reason)s, repeats_delivery_id = %(repeats_delivery_id)s,
            rows_in_file = %(rows_in_file)s, rows_loaded = %(rows_loaded)s, rows_quarantined = %(rows_quarantined)s,
            rows_repeated = %(rows_repeated)s, rows_elsewhere = %(rows_elsewhere)s,
            extra_columns = %(extra_columns)s::text[], rows_left_out = %(rows_left_out)s
        where delivery_id = %(delivery_id)s
        """,
        {
            "delivery_id": delivery_id,
            "state": state,
            "reason": reason,
            "repeats_delivery_id": repeats_delivery_id,
            **asdict(counts),
            "extra_columns": list(extra_columns),
            "rows_left_out": rows_left_out,
        },
    )
    return DeliveryOutcome(
        delivery_id,
        arrival.file.relative_path,
        arrival.entity,
        state,
        counts,
        reason,
        extra_columns,
        lines_skipped,
        objects_without_records,
        remarks,
    )
