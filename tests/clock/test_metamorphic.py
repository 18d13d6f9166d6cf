"""What must not change a clock, and what may change it in one direction only: no reference needed, the product against itself."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.support.clock_batches import WEEKDAYS, Batch, Season, grow_batch
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.measurements import INSTANTS, MEASURED_MARTS, differences, published_readings
from tests.support.nights import build_and_publish, land, night, write_exports
from tests.support.reference import Reading
from tests.support.register import Row, event, service_level

# No zone of the batches changes its clocks between May and September.
SUMMER = Season(("2026-06-10", "2026-06-16", "2026-06-21"), utc("2026-07-01 10:30:15"))
AUTUMN = Season(("2026-10-04", "2026-10-25", "2026-11-01"), utc("2026-11-06 10:30:15"))
WEEKS = timedelta(weeks=3)
PAUSED = {"paused": "on_hold", "state_changed": None}
CALENDARS, LEVELS, TICKETS = 12, 24, 200

Readings = list[Reading]


def _batch(season: Season) -> Batch:
    return grow_batch(season, range(CALENDARS), range(LEVELS), range(TICKETS))


@contextmanager
def _measured(template_database: str, home: Path, batch: Batch) -> Iterator[Readings]:
    with another_warehouse(template_database, f"metamorphic_{home.name}") as warehouse:
        night(warehouse, home, batch.exports, batch.as_of, marts=MEASURED_MARTS)
        yield published_readings(warehouse)


@pytest.fixture(scope="module")
def summer(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readings]:
    with _measured(template_database, tmp_path_factory.mktemp("summer"), _batch(SUMMER)) as readings:
        assert sum(reading.elapsed_seconds is not None for reading in readings) > TICKETS / 2
        yield readings


def _later(rows: list[Row]) -> list[Row]:
    """The same rows three weeks on: every instant, day and month's edge in them."""
    return [{name: _shifted(name, value) for name, value in row.items()} for row in rows]


def _shifted(name: str, value: str) -> str:
    if not value or name == "count_from" or not name.endswith(("_at", "_from", "_to", "_until", "_date")):
        return value
    if len(value) == len("2026-06-10"):
        return (date.fromisoformat(value) + WEEKS).isoformat()
    return (datetime.fromisoformat(value) + WEEKS).isoformat()


def test_everything_weeks_later_everything_is_weeks_later(
    summer: Readings, template_database: str, tmp_path: Path
) -> None:
    batch = _batch(SUMMER)
    shifted = Batch({entity: _later(rows) for entity, rows in batch.exports.items()}, batch.as_of + WEEKS)
    seconds = int(WEEKS.total_seconds())
    expected = [
        replace(
            reading, **{name: value + seconds for name in INSTANTS if (value := getattr(reading, name)) is not None}
        )
        for reading in summer
    ]
    with _measured(template_database, tmp_path, shifted) as readings:
        assert not differences(expected, readings)


def _paused_twice(events: list[Row]) -> list[Row]:
    """Half-way to the next event of its ticket, each pause is said once more."""
    again = []
    for one, following in pairwise(events):
        state = one.get("state_code") or PAUSED.get(one["event_type"])
        if (
            one["ticket_id"] != following["ticket_id"]
            or one["event_type"] not in PAUSED
            or state not in ("on_hold", "waiting_customer")
        ):
            continue
        start, end = (datetime.fromisoformat(row["event_at"]) for row in (one, following))
        if end - start > timedelta(seconds=2):
            reason = {"reason_code": one["reason_code"]} if one.get("reason_code") else {}
            middle = (start + (end - start) / 2).isoformat()
            again.append(event(one["ticket_id"], middle, "state_changed", state_code=state, **reason))
    return again


def test_a_pause_in_two_parts_is_the_same_pause(summer: Readings, template_database: str, tmp_path: Path) -> None:
    batch = _batch(SUMMER)
    again = _paused_twice(batch.exports["ticket_events"])
    assert len(again) > TICKETS / 4
    exports = {**batch.exports, "ticket_events": [*batch.exports["ticket_events"], *again]}
    with _measured(template_database, tmp_path, Batch(exports, batch.as_of)) as readings:
        assert not differences(summer, readings)


def test_another_holiday_makes_no_due_instant_earlier(summer: Readings, template_database: str, tmp_path: Path) -> None:
    """But for targets in working days: a holiday inside a pause makes that pause shorter, by which they move."""
    batch = _batch(SUMMER)
    holidays = {
        (calendar["calendar_id"], day): {"calendar_id": calendar["calendar_id"], "exception_date": day, "hours": ""}
        for calendar in batch.exports["calendars"]
        for day in ("2026-06-11", "2026-06-17", "2026-06-18", "2026-06-22", "2026-07-02")
    }
    others = [
        row
        for row in batch.exports["calendar_exceptions"]
        if (row["calendar_id"], row["exception_date"]) not in holidays
    ]
    exports = {**batch.exports, "calendar_exceptions": [*others, *holidays.values()]}
    in_days = {row["service_level_id"] for row in exports["service_levels"] if row["target_unit"] == "working_days"}
    before = {one.key: one.due_at for one in summer if one.due_at is not None and one.service_level_id not in in_days}
    with _measured(template_database, tmp_path, Batch(exports, batch.as_of)) as readings:
        after = {one.key: one.due_at for one in readings if one.due_at is not None}
    moved = {key: after[key] - before[key] for key in before.keys() & after.keys()}
    assert min(moved.values()) == 0
    assert sum(seconds > 0 for seconds in moved.values()) > 10


def test_the_order_of_deliveries_does_not_matter(summer: Readings, template_database: str, tmp_path: Path) -> None:
    """Half of the rows one night, the others the next, each half in an order of its own; in either slot."""
    batch = _batch(SUMMER)
    chance = random.Random(4)
    halves: tuple[dict[str, list[Row]], dict[str, list[Row]]] = ({}, {})
    for entity in ("tickets", "ticket_events"):
        rows = chance.sample(batch.exports[entity], len(batch.exports[entity]))
        for half, part in zip(halves, (rows[::2], rows[1::2]), strict=True):
            half[entity] = part
    with another_warehouse(template_database, "metamorphic_halves") as warehouse:
        night(warehouse, tmp_path, {**batch.exports, **halves[0]}, batch.as_of, marts=MEASURED_MARTS)
        assert differences(summer, published_readings(warehouse))
        _next_night(warehouse, tmp_path, halves[1], batch.as_of)
        assert not differences(summer, published_readings(warehouse))
        # The slot of the first night has only the first half in its tables: it is built upon, not anew.
        build_and_publish(warehouse, tmp_path, batch.as_of, marts=MEASURED_MARTS)
        assert not differences(summer, published_readings(warehouse))


def _next_night(warehouse: Warehouse, home: Path, exports: Mapping[str, list[Row]], as_of: datetime) -> None:
    write_exports(home / "landing_2", exports)
    land(warehouse, home / "landing_2", as_of)
    build_and_publish(warehouse, home, as_of, marts=MEASURED_MARTS)


def _halves_of_a_day(chance: random.Random) -> tuple[str, str]:
    """Hours of a day dealt out to two calendars; the second may reach into the next morning, where the first never opens."""
    cuts = sorted(chance.sample(range(6 * 60, 22 * 60, 5), 8))
    spans = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    night_shift = [chance.choice(("22:10-05:55", "23:00-00:30"))] if chance.random() < 0.5 else []
    return ";".join(spans[::2]), ";".join([*spans[1::2], *night_shift])


def _dealt_out(zone: str, chance: random.Random) -> tuple[list[Row], list[Row]]:
    """Two calendars that are never open together, and the one that is open whenever one of them is."""
    hours = {weekday: _halves_of_a_day(chance) for weekday in WEEKDAYS}
    special = {f"2026-10-{day:02}": _halves_of_a_day(chance) for day in (3, 5, 24, 25, 26)}
    calendars, exceptions = [], []
    for calendar_id, pick in (("ONE", slice(0, 1)), ("OTHER", slice(1, 2)), ("BOTH", slice(0, 2))):
        week = {weekday: ";".join(parts[pick]) for weekday, parts in hours.items()}
        named = {"calendar_id": f"{zone} {calendar_id}"}
        calendars.append(
            {**named, "time_zone": zone, **week, "valid_from": "2026-01-01", "published_until": "2027-01-01"}
        )
        exceptions += [
            {**named, "exception_date": day, "hours": ";".join(parts[pick])} for day, parts in special.items()
        ]
    return calendars, exceptions


def test_two_calendars_in_one_are_open_as_long_as_both(template_database: str, tmp_path: Path) -> None:
    """Also where clocks change: the part of a night that happens twice, or not at all, does so in the sum as well."""
    batch = _batch(AUTUMN)
    chance = random.Random(7)
    zones = ("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu")
    dealt = [_dealt_out(zone, chance) for zone in zones]
    levels = [
        service_level(f"{zone} {name}", calendar_id=f"{zone} {name}", target_value="100000")
        for zone in zones
        for name in ("ONE", "OTHER", "BOTH")
    ]
    exports = {
        **batch.exports,
        "calendars": [row for rows, _ in dealt for row in rows],
        "calendar_exceptions": [row for _, rows in dealt for row in rows],
        "service_levels": levels,
        "exclusions": [],
    }
    exports = {entity: rows for entity, rows in exports.items() if rows}
    with _measured(template_database, tmp_path, Batch(exports, batch.as_of)) as readings:
        elapsed = {
            (one.ticket_id, one.service_level_id): one.elapsed_seconds
            for one in readings
            if one.elapsed_seconds is not None
        }
    sums = [
        (ticket_id, zone, elapsed[ticket_id, f"{zone} ONE"] + elapsed[ticket_id, f"{zone} OTHER"], seconds)
        for zone in zones
        for (ticket_id, level_id), seconds in elapsed.items()
        if level_id == f"{zone} BOTH"
    ]
    assert len(sums) > TICKETS
    assert not [one for one in sums if one[2] != one[3]]
