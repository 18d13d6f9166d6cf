"""Which of the two slots tonight builds into, and whether there is anything to build."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import SLOTS

# Held by whoever chooses a slot or publishes one; the two must not interleave.
PUBLICATION_LOCK = 4_152_313


class NightInThePast(SupplierSlaError):
    """The run's as_of lies before what readers already see."""


@dataclass(frozen=True)
class Publication:
    """One switch of the readers' views."""

    number: int
    slot: str
    as_of: datetime
    delivery_watermark: int
    build_fingerprint: str


@dataclass(frozen=True)
class SlotChoice:
    """The slot to build, or None with the reason why nothing needs building."""

    slot: str | None
    reason: str


def last_publication(cursor: Cursor) -> Publication | None:
    """What the readers see now; None before the first night."""
    cursor.execute(
        "select publication_id, slot, as_of, delivery_watermark, build_fingerprint"
        " from ops.publication order by publication_id desc limit 1"
    )
    row = cursor.fetchone()
    return Publication(*row) if row else None


def delivery_watermark(cursor: Cursor) -> int:
    """Highest delivery with rows that models may use; 0 when none was loaded yet."""
    cursor.execute(
        "select coalesce(max(delivery_id), 0) from ops.delivery where state in ('loaded', 'partly_loaded') and is_checked"
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def choose_slot(
    connection: Connection, *, as_of: datetime, run_id: str, fingerprint: str, force: bool = False
) -> SlotChoice:
    """Reserve the slot that readers do not see for this run, or say that nothing has changed.

    Args:
        connection: as the transformer; committed here.
        as_of: instant for which the night is computed.
        run_id: who reserves; `publish` accepts the slot from nobody else.
        fingerprint: of the models and checks (`build_fingerprint`).
        force: build although deliveries, as_of and models are those of the last publication.

    Raises:
        NightInThePast: a later as_of is already published; ledger lines would be taken back wrongly.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        published = last_publication(cursor)
        watermark = delivery_watermark(cursor)
        if published is not None and as_of < published.as_of:
            raise NightInThePast(
                f"night as of {as_of.isoformat()}",
                expected=f"an instant at or after the last publication, {published.as_of.isoformat()}",
                found="an earlier one",
                next_step="give a later --as-of; late files of earlier nights are read by the next night anyway",
            )
        if (
            published is not None
            and not force
            and (as_of, watermark, fingerprint)
            == (published.as_of, published.delivery_watermark, published.build_fingerprint)
        ):
            return SlotChoice(None, f"nothing new since publication {published.number}")
        slot = idle_slot(published)
        cursor.execute(
            "update ops.slot set state = 'building', as_of = %s, delivery_watermark = %s, build_fingerprint = %s,"
            " run_id = %s where slot = %s",
            (as_of, watermark, fingerprint, run_id, slot),
        )
    return SlotChoice(slot, f"deliveries up to {watermark} as of {as_of.isoformat()}")


def idle_slot(published: Publication | None) -> str:
    """The slot that readers do not see."""
    if published is None:
        return SLOTS[0]
    return next(slot for slot in SLOTS if slot != published.slot)
