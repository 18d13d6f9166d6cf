"""Hundreds of random tickets over random calendars: models and minute-by-minute clock agree to the second."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Warehouse
from tests.support.nights import night
from tests.support.reference_clock import ReferenceCalendar, read_clock, utc
from tests.support.register import Row, event, register, service_level, ticket

SEED = 20260101
TICKETS = 400
AS_OF = utc("2026-12-31 00:00")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Offsets of 30 and 45 minutes, half-hour daylight saving, southern summers, no daylight saving at all.
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/Sao_Paulo", "Pacific/Auckland", "Africa/Casablanca", "UTC",
)  # fmt: skip

# Around changes of daylight saving in one zone or another, a leap day and a year's end.
FOCAL_DAYS = (
    "2026-03-29", "2025-10-26", "2026-03-08", "2025-11-02", "2026-04-05", "2025-10-05", "2026-02-18", "2026-03-22",
    "2024-02-29", "2025-12-31", "2025-09-28",
)  # fmt: skip


@dataclass
class RandomCalendar:
    """One calendar twice: as a delivered row and as the reference sees it."""

    row: Row
    exceptions: list[Row]
    reference: ReferenceCalendar


@dataclass
class RandomTicket:
    """One ticket, its level, and the stretches in which the level's clock ran."""

    row: Row
    events: list[Row]
    calendar: RandomCalendar | None
    target_seconds: int
    stretches: list[tuple[datetime, datetime]]
    is_stopped: bool


def _hours(chance: random.Random) -> list[tuple[int, int]]:
    kind = chance.randrange(6)
    if kind == 0:
        return []
    if kind == 1:
        return [(0, 24 * 60)]
    if kind == 2:
        opens = chance.randrange(18 * 60, 24 * 60)
        return [(opens, chance.randrange(0, min(opens, 10 * 60)))]  # across midnight
    cuts = sorted(chance.sample(range(0, 24 * 60, 5), 4 if kind > 3 else 2))
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _text(hours: list[tuple[int, int]]) -> str:
    return ";".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in hours)


def _random_calendar(number: int, chance: random.Random) -> RandomCalendar:
    zone = ZONES[number % len(ZONES)]
    weekly = {day: _hours(chance) for day in range(1, 8)}
    weekly[chance.randrange(1, 8)] = [(8 * 60, 18 * 60)]  # never closed for ever
    special: dict[date, list[tuple[int, int]]] = {}
    for focal in chance.sample(FOCAL_DAYS, 4):
        special[date.fromisoformat(focal) + timedelta(days=chance.randrange(-3, 4))] = _hours(chance)
    identifier = f"CAL-{number}"
    return RandomCalendar(
        row={
            "calendar_id": identifier,
            "time_zone": zone,
            **{name: _text(weekly[day]) for day, name in enumerate(WEEKDAYS, start=1)},
            "valid_from": "2023-12-01",
            "published_until": "2027-06-01",
        },
        exceptions=[
            {"calendar_id": identifier, "exception_date": day.isoformat(), "hours": _text(hours)}
            for day, hours in special.items()
        ],
        reference=ReferenceCalendar(ZoneInfo(zone), weekly, special),
    )


def _random_ticket(number: int, calendars: list[RandomCalendar], chance: random.Random) -> RandomTicket:
    calendar = None if number % 10 == 0 else calendars[number % len(calendars)]
    level = f"L{number % 40}"
    at = utc(f"{chance.choice(FOCAL_DAYS)} 00:00") + timedelta(seconds=chance.randrange(-5 * 86400, 3 * 86400))
    opened = at
    states = ["running"]
    events: list[Row] = []
    instants = [at]
    for _ in range(chance.randrange(0, 6)):
        at += timedelta(seconds=chance.choice((1, 59, 3600, chance.randrange(1, 2 * 86400))))
        kind, state = chance.choice(
            (("paused", "paused"), ("resumed", "running"), ("commented", states[-1]),
             ("state_changed", "running"), ("resolved", "stopped"), ("reopened", "running"))
        )  # fmt: skip
        extra = {"state_code": "in_progress"} if kind == "state_changed" else {}
        events.append(event(f"T{number}", at.isoformat(), kind, event_number=str(len(events)), **extra))
        states.append(state)
        instants.append(at)
    at += timedelta(seconds=chance.randrange(1, 3 * 86400))
    events.append(event(f"T{number}", at.isoformat(), "resolved", event_number=str(len(events))))
    instants.append(at)
    stretches = [
        (start, end) for start, end, state in zip(instants, instants[1:], states, strict=False) if state == "running"
    ]
    return RandomTicket(
        row=ticket(f"T{number}", opened.isoformat(), ticket_type_code=level),
        events=events,
        calendar=calendar,
        target_seconds=_target_minutes(number % 40) * 60,
        stretches=stretches,
        is_stopped=True,
    )


def _target_minutes(level: int) -> int:
    return (0, 1, 30, 60, 240, 480, 1440, 2880)[level % 8]


@pytest.fixture(scope="module")
def tickets() -> list[RandomTicket]:
    chance = random.Random(SEED)
    calendars = [_random_calendar(number, chance) for number in range(40)]
    return [_random_ticket(number, calendars, chance) for number in range(TICKETS)]


@pytest.fixture(scope="module")
def measured(
    tickets: list[RandomTicket], module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple]:
    calendars = {one.calendar.row["calendar_id"]: one.calendar for one in tickets if one.calendar}
    levels = [
        service_level(
            f"L{number}",
            ticket_type_code=f"L{number}",
            pause_states="on_hold",
            target_unit="calendar_minutes" if number % 10 == 0 else "business_minutes",
            target_value=str(_target_minutes(number)),
            calendar_id="" if number % 10 == 0 else f"CAL-{number}",
        )
        for number in range(40)
    ]
    exports = register(
        service_levels=levels,
        calendars=[calendar.row for calendar in calendars.values()],
        calendar_exceptions=[row for calendar in calendars.values() for row in calendar.exceptions],
        tickets=[one.row for one in tickets],
        ticket_events=[row for one in tickets for row in one.events],
    )
    night(module_warehouse, tmp_path_factory.mktemp("reference"), exports, AS_OF)
    rows = module_warehouse.query(
        "select ticket_id, status_code, elapsed_seconds, breached_at from marts.fct_ticket_sla"
    )
    return {ticket_id: tuple(values) for ticket_id, *values in rows}


def test_elapsed_seconds_verdict_and_breach_instant_equal_the_reference(
    tickets: list[RandomTicket], measured: dict[str, tuple]
) -> None:
    differences = []
    for one in tickets:
        reading = read_clock(one.calendar.reference if one.calendar else None, one.stretches, one.target_seconds)
        is_late = reading.elapsed_seconds > one.target_seconds
        expected = ("breached" if is_late else "met", reading.elapsed_seconds, reading.used_up_at if is_late else None)
        if measured[one.row["ticket_id"]] != expected:
            differences.append((one.row["ticket_id"], measured[one.row["ticket_id"]], expected))
    assert not differences, f"{len(differences)} of {len(tickets)} differ, e.g. {differences[:3]}"


def test_the_random_tickets_are_worth_the_walk(tickets: list[RandomTicket], measured: dict[str, tuple]) -> None:
    verdicts = [status for status, *_ in measured.values()]
    assert min(verdicts.count("met"), verdicts.count("breached")) > TICKETS // 10
    assert sum(len(one.stretches) > 1 for one in tickets) > TICKETS // 4
