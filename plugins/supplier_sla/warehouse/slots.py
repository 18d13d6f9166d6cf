"""Which of the two slots tonight builds into, and whether there is anything to build."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import SLOTS

# Held by whoever chooses a slot or publishes one; the two must not interleave.
PUBLICATION_LOCK = 4_152_313

# As in dbt_project/profiles.yml: a session of this name is a build that is still going on.
BUILDER_APPLICATION_NAME = "supplier_sla_dbt"


class NightInThePast(SupplierSlaError):
    """The run's as_of lies before what readers already see."""


class SlotBusy(SupplierSlaError):
    """Another run is still building into the slot, which would mix the nights, or somebody's view reads its tables."""


@dataclass(frozen=True)
class Deliveries:
    """The deliveries that models may use: the highest number, and how many there are."""

    watermark: int
    count: int


@dataclass(frozen=True)
class Publication:
    """One switch of the readers' views."""

    number: int
    slot: str
    as_of: datetime
    deliveries: Deliveries
    build_fingerprint: str
    run_id: str
    ledger_lines_posted: int


@dataclass(frozen=True)
class SlotChoice:
    """The slot to build, or None with the reason why nothing needs building."""

    slot: str | None
    reason: str


def last_publication(cursor: Cursor) -> Publication | None:
    """What the readers see now; None before the first night."""
    cursor.execute(
        "select publication_id, slot, as_of, delivery_watermark, delivery_count, build_fingerprint, run_id,"
        " ledger_lines_posted from ops.publication order by publication_id desc limit 1"
    )
    row = cursor.fetchone()
    if row is None:
        return None
    number, slot, as_of, watermark, count, *rest = row
    return Publication(number, slot, as_of, Deliveries(watermark, count), *rest)


def usable_deliveries(cursor: Cursor) -> Deliveries:
    """Deliveries with rows that models may use.

    The count belongs to it: a delivery that a crash left unfinished keeps its number and may be finished after a higher
    one was published; then the count changes and the watermark does not.
    """
    cursor.execute(
        "select coalesce(max(delivery_id), 0), count(*)"
        " from ops.delivery where state in ('loaded', 'partly_loaded') and is_checked"
    )
    return Deliveries(*(cursor.fetchone() or (0, 0)))


def choose_slot(
    connection: Connection, *, as_of: datetime, run_id: str, fingerprint: str, force: bool = False
) -> SlotChoice:
    """Reserve the slot that readers do not see for this run and empty it, or say that nothing has changed.

    Args:
        connection: as the transformer; committed here.
        as_of: instant for which the night is computed.
        run_id: who reserves; `publish` accepts the slot from nobody else.
        fingerprint: of the models and checks (`build_fingerprint`).
        force: build although deliveries, as_of and models are those of the last publication.

    Raises:
        NightInThePast: a later as_of is already published; ledger lines would be taken back wrongly.
        SlotBusy: another run is building into the slot at this moment, or somebody's view reads its tables.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        published = last_publication(cursor)
        deliveries = usable_deliveries(cursor)
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
            and (as_of, deliveries, fingerprint) == (published.as_of, published.deliveries, published.build_fingerprint)
        ):
            return SlotChoice(None, f"nothing new since publication {published.number}")
        slot = idle_slot(published)
        _require_no_builder(cursor, slot, run_id)
        _empty(cursor, slot)
        cursor.execute(
            "update ops.slot set state = 'building', as_of = %s, delivery_watermark = %s, delivery_count = %s,"
            " build_fingerprint = %s, run_id = %s where slot = %s",
            (as_of, deliveries.watermark, deliveries.count, fingerprint, run_id, slot),
        )
    return SlotChoice(slot, f"deliveries up to {deliveries.watermark} as of {as_of.isoformat()}")


def idle_slot(published: Publication | None) -> str:
    """The slot that readers do not see."""
    if published is None:
        return SLOTS[0]
    return next(slot for slot in SLOTS if slot != published.slot)


def _require_no_builder(cursor: Cursor, slot: str, run_id: str) -> None:
    cursor.execute(
        "select slots.run_id from ops.slot as slots where slots.slot = %s and slots.state = 'building'"
        " and slots.run_id <> %s and exists ("
        "select from pg_stat_activity where datname = current_database() and usename = current_user"
        " and application_name = %s)",
        (slot, run_id, BUILDER_APPLICATION_NAME),
    )
    other = cursor.fetchone()
    if other is not None:
        raise SlotBusy(
            f"slot {slot}",
            expected="no build going on in it",
            found=f"run {other[0]}, whose dbt is connected",
            next_step="wait until it has ended; if it hangs, end its sessions (pg_stat_activity, supplier_sla_dbt)",
        )


def _empty(cursor: Cursor, slot: str) -> None:
    """Drop what an earlier night left there: a model that is gone, or was not built tonight, must not be published."""
    cursor.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind in ('r', 'p') order by relname",
        (slot,),
    )
    tables = [sql.Identifier(slot, name) for (name,) in cursor.fetchall()]
    if not tables:
        return
    try:
        cursor.execute(sql.SQL("drop table {}").format(sql.SQL(", ").join(tables)))
    except errors.DependentObjectsStillExist as error:
        raise SlotBusy(
            f"slot {slot}",
            expected="views on schema marts only, which survive every switch",
            found=error.diag.message_detail or "",
            next_step="let that view read marts instead",
        ) from error
