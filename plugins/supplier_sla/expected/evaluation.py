"""What came of the expected deliveries as of a run: rows of `ops.expected_delivery`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.expected.expectation import ExpectedDelivery, ExpectedFrom
from supplier_sla.expected.slots import Came, Slot, assign, due_slots
from supplier_sla.expected.states import Finding, findings
from supplier_sla.landing.inventory import FoundEntry

DELIVERIES_LOOKED_AT = 200


@dataclass(frozen=True)
class Expected:
    """One expected delivery with the names under which the table knows it."""

    name: str
    profile: str
    delivery: ExpectedDelivery


@dataclass(frozen=True)
class Evaluated:
    """A finding with its slot."""

    expectation: str
    slot: Slot
    finding: Finding

    @property
    def sentence(self) -> str:
        """For people, on one line."""
        found = FoundEntry(self.finding.found).shown_path
        return (
            f"{self.expectation} of {self.slot.slot_date}: {self.finding.state_code}, expected {self.finding.expected},"
            f" found {found}"
        )


def evaluate_expected(
    cursor: Cursor, sources: Sequence[ExpectedFrom], *, as_of: datetime, run_id: str
) -> list[Evaluated]:
    """Judge every deadline that has passed since the last run, and again those that were missing then.

    To be called once the deliveries of the run are judged; calling it again with the same `as_of` writes the same.
    """
    cursor.execute("delete from ops.expected_delivery where as_of = %s", (as_of,))
    all_found: list[Evaluated] = []
    for source in sources:
        for delivery in source.deliveries:
            expected = Expected(f"{source.name}.{delivery.entity}", source.profile, delivery)
            found = _evaluate(cursor, expected, as_of)
            for each in found:
                _write(cursor, expected, each, as_of, run_id)
            all_found += found
    return all_found


def _evaluate(cursor: Cursor, expected: Expected, as_of: datetime) -> list[Evaluated]:
    runs, missing = _earlier_runs(cursor, expected.name, as_of)
    slots = due_slots(expected.delivery, as_of, runs)
    came = _came(cursor, expected, as_of)
    assign(expected.delivery, slots, came)
    due = [slot for slot in slots if slot.due_at <= as_of]
    to_judge = due[-1:] + [slot for slot in due[:-1] if slot.slot_date in missing or (runs and slot.due_at > runs[-1])]
    return [
        Evaluated(expected.name, slot, finding)
        for slot in to_judge
        for finding in findings(
            expected.delivery,
            slot,
            _before(came, slot),
            lambda number: _newest_content_at(cursor, expected.delivery, number),
        )
    ]


def _earlier_runs(cursor: Cursor, name: str, as_of: datetime) -> tuple[list[datetime], set[date]]:
    """When somebody looked, oldest first, and the slots for which nothing had come by then."""
    cursor.execute(
        """
        select as_of, slot_date, state_code
        from ops.expected_delivery
        where expectation = %s and as_of < %s
        order by as_of desc, slot_date desc
        limit 200
        """,
        (name, as_of),
    )
    rows = cursor.fetchall()
    has_come = {slot_date for _, slot_date, state_code in rows if state_code in ("on_time", "late")}
    return sorted({run for run, _, _ in rows}), {slot_date for _, slot_date, _ in rows} - has_come


def _came(cursor: Cursor, expected: Expected, as_of: datetime) -> list[Came]:
    """The last deliveries, newest first; one written anew with the same content counts again for then."""
    cursor.execute(
        """
        select
            delivery_id, relative_path, content_sha256, state, came_at, exported_at, rows_in_file,
            content_kind = 'full', coalesce(repeats_delivery_id, delivery_id)
        from ops.delivery
        cross join lateral (values (as_of), (delivered_again_as_of)) as coming (came_at)
        where
            profile = %s and entity = %s and state <> 'received' and came_at <= %s
            and (is_checked or state in ('refused', 'repeated'))
        order by came_at desc, delivery_id desc
        limit %s
        """,
        (expected.profile, expected.delivery.entity, as_of, DELIVERIES_LOOKED_AT),
    )
    return [Came(*row) for row in cursor.fetchall()]


def _before(came: Sequence[Came], slot: Slot) -> list[Came]:
    first = min((each.came_at for each in slot.came), default=slot.judged_at)
    return [each for each in came if each.is_usable and each.came_at < first and each not in slot.came]


def _newest_content_at(cursor: Cursor, expected: ExpectedDelivery, delivery_id: int) -> datetime | None:
    assert expected.stale is not None  # asked only then
    cursor.execute(
        sql.SQL("select max({}::timestamptz) from {} where _delivery_id = %s").format(
            sql.Identifier(expected.stale.column), sql.Identifier("raw", expected.entity)
        ),
        (delivery_id,),
    )
    (newest,) = cursor.fetchone() or (None,)
    return newest if isinstance(newest, datetime) else None


def _write(cursor: Cursor, expected: Expected, evaluated: Evaluated, as_of: datetime, run_id: str) -> None:
    finding = evaluated.finding
    cursor.execute(
        """
        insert into ops.expected_delivery
            (expectation, slot_date, state_code, profile, entity, due_at, delivery_id, expected, found, as_of, run_id)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            expected.name,
            evaluated.slot.slot_date,
            finding.state_code,
            expected.profile,
            expected.delivery.entity,
            evaluated.slot.due_at,
            finding.delivery_id,
            finding.expected,
            finding.found,
            as_of,
            run_id,
        ),
    )
