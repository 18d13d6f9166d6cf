"""Which of the two slots tonight builds into, if any, and whether it is built upon or emptied first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import SLOTS
from supplier_sla.warehouse.slot_deliveries import (
    Deliveries,
    built_deliveries,
    freeze_deliveries,
    usable_deliveries,
)
from supplier_sla.warehouse.slot_relations import SlotBusy, empty_slot, require_only_own_readers

# Held by whoever chooses a slot or publishes one; the two must not interleave.
PUBLICATION_LOCK = 4_152_313

# As in dbt_project/profiles.yml: a session of this name is a build that is still going on.
BUILDER_APPLICATION_NAME = "supplier_sla_dbt"


class NightInThePast(SupplierSlaError):
    """The run's as_of lies before what readers already see."""


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
    """The slot to build, or None when nothing needs building; the reason says why, or how it is built and why so."""

    slot: str | None
    reason: str
    is_incremental: bool = False


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


def choose_slot(
    connection: Connection,
    *,
    as_of: datetime,
    run_id: str,
    fingerprint: str,
    force: bool = False,
    full_refresh: bool = False,
) -> SlotChoice:
    """Reserve the slot that readers do not see for this run, or say that nothing has changed.

    A slot whose last build was published under the same fingerprint keeps its tables, for a build that changes what has
    changed since then. Any other slot is emptied.

    Args:
        connection: as the transformer; committed here.
        as_of: instant for which the night is computed.
        run_id: who reserves; `publish` accepts the slot from nobody else.
        fingerprint: of models, checks and server (`build_fingerprint`).
        force: build although deliveries, as_of and models are those of the last publication.
        full_refresh: the same, and into an emptied slot.

    Raises:
        NightInThePast: a later as_of is already published; ledger lines would be taken back wrongly.
        SlotBusy: another run is building into the slot at this moment, or somebody's view reads its tables.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        published = last_publication(cursor)
        usable = usable_deliveries(cursor)
        deliveries = Deliveries.of(usable)
        if published is not None and as_of < published.as_of:
            raise NightInThePast(
                f"night as of {as_of.isoformat()}",
                expected=f"an instant at or after the last publication, {published.as_of.isoformat()}",
                found="an earlier one",
                next_step="give a later --as-of; late files of earlier nights are read by the next night anyway",
            )
        if (
            published is not None
            and not (force or full_refresh)
            and (as_of, deliveries, fingerprint) == (published.as_of, published.deliveries, published.build_fingerprint)
        ):
            return SlotChoice(None, f"nothing new since publication {published.number}")
        slot = idle_slot(published)
        _require_no_builder(cursor, slot, run_id)
        why_full = _why_full(cursor, slot, usable, as_of=as_of, fingerprint=fingerprint, full_refresh=full_refresh)
        choice = _reserve(cursor, slot, usable, why_full)
        cursor.execute(
            "update ops.slot set state = 'building', as_of = %s, delivery_watermark = %s, delivery_count = %s,"
            " build_fingerprint = %s, run_id = %s, build_reason = %s, built_as_of = case when %s then built_as_of end"
            " where slot = %s",
            (
                as_of, deliveries.watermark, deliveries.count, fingerprint, run_id, choice.reason,
                choice.is_incremental, slot,
            ),
        )  # fmt: skip
    return choice


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


def _why_full(
    cursor: Cursor, slot: str, usable: Sequence[int], *, as_of: datetime, fingerprint: str, full_refresh: bool
) -> str | None:
    """Why tonight cannot build upon what is in the slot; None when it can."""
    cursor.execute("select state, built_as_of, build_fingerprint from ops.slot where slot = %s", (slot,))
    state, built_as_of, built_with = cursor.fetchone() or ("empty", None, None)
    if full_refresh:
        return "asked for"
    if state == "empty":
        return "first build of this slot"
    if state != "published":
        # It was interrupted or a check refused it: half of its models may already have moved on and half not, so no
        # table can be trusted to be where the last complete build left it.
        return "its last build was not published"
    if built_as_of is None:
        return "not on record what its last build used"
    if built_with != fingerprint:
        return "models, checks or server have changed"
    if built_as_of > as_of:
        return "its last build was for a later instant"
    if not built_deliveries(cursor, slot) <= set(usable):
        return "a delivery that its last build used is no longer usable"
    return None


def _reserve(cursor: Cursor, slot: str, usable: Sequence[int], why_full: str | None) -> SlotChoice:
    """Make the slot and the list of its deliveries ready for the build."""
    if why_full is not None:
        empty_slot(cursor, slot)
        freeze_deliveries(cursor, slot, usable, keep_built=False)
        return SlotChoice(slot, f"in full ({why_full}), {len(usable)} deliveries", is_incremental=False)
    require_only_own_readers(cursor, slot)
    new = freeze_deliveries(cursor, slot, usable, keep_built=True)
    return SlotChoice(slot, f"incremental, {new} of {len(usable)} deliveries are new to it", is_incremental=True)
