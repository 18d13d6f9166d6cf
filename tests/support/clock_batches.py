"""Batches of random calendars, levels and tickets: every term of a service level, in places where clocks go wrong.

Each part grows from a number of its own, so that a ticket that fails can be grown again without the others.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.support.instants import utc
from tests.support.register import SUPPLIER, WORK_CENTRE, Row, contract, event, service_level, ticket

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Offsets of 30 and 45 minutes, half-hour daylight saving, southern summers, no daylight saving at all.
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Chatham", "America/St_Johns", "America/Sao_Paulo", "Africa/Casablanca", "UTC",
)  # fmt: skip


@dataclass(frozen=True)
class Season:
    """Days around which things happen, and the instant of the night after them."""

    days: tuple[str, ...]
    as_of: datetime


SEASONS = (
    # Clocks change in New York and St John's, in Casablanca, in Berlin, on Lord Howe and the Chatham Islands.
    Season(("2026-03-08", "2026-03-22", "2026-03-29", "2026-04-05"), utc("2026-04-10 10:30:15")),
    Season(("2025-09-28", "2025-10-05", "2025-10-26", "2025-11-02"), utc("2025-11-05 14:00:01")),
    # The end of a year and a 29 February.
    Season(("2024-02-29", "2023-12-31", "2024-01-01", "2024-02-18"), utc("2024-03-04 23:59:59")),
)

STARTS = (
    "opened", "opened", "opened", "opened", "opened", "opened", "opened", "assigned", "assigned;state:in_progress", "state:in_progress", "responded",
    "requester_commented", "reopened", "opened;commented", "opened;reopened",
)  # fmt: skip
STOPS = (
    "resolved", "resolved", "resolved", "closed", "responded", "commented;resolved", "state:waiting_customer;closed",
    "state:verified", "assigned", "commented",
)  # fmt: skip
PAUSES = ("", "on_hold", "on_hold;waiting_customer", "waiting_customer")
REASONS = ("", "", "", "parts", "parts;access")
MINUTES = ("0", "0.5", "30", "60", "240", "480", "480", "1440", "1440", "2880", "4320")
GAPS = (0, 1, 59, 3600, 4 * 3600, 24 * 3600)

Kind = tuple[str, Row]
KINDS: tuple[Kind, ...] = (
    ("assigned", {}), ("commented", {}), ("commented", {}), ("requester_commented", {}), ("responded", {}),
    ("paused", {}), ("paused", {"reason_code": "parts"}), ("resumed", {}), ("resumed", {}),
    ("state_changed", {"state_code": "in_progress"}), ("state_changed", {"state_code": "waiting_customer"}),
    ("state_changed", {"state_code": "waiting_customer", "reason_code": "access"}),
    ("state_changed", {"state_code": "verified"}), ("state_changed", {"state_code": "assigned"}),
    ("commented", {"reason_code": "parts"}),
    ("priority_changed", {"priority_code": "P1"}), ("priority_changed", {"priority_code": "P2"}),
    ("priority_changed", {"priority_code": "P3"}), ("work_centre_changed", {"work_centre_id": "WC1"}),
    ("work_centre_changed", {"work_centre_id": "WC2"}), ("work_centre_changed", {"work_centre_id": "WC3"}),
    ("resolved", {}), ("resolved", {}), ("resolved", {}), ("reopened", {}), ("reopened", {}), ("closed", {}),
    ("reopened", {"work_centre_id": "WC2"}),
)  # fmt: skip
RARE_KINDS: tuple[Kind, ...] = (("cancelled", {}), ("work_centre_changed", {"work_centre_id": "SERVICE-DESK"}))


@dataclass(frozen=True)
class Batch:
    """One night's worth: all rows, and the instant of the night."""

    exports: dict[str, list[Row]]
    as_of: datetime

    def about(self, ticket_id: str) -> dict[str, list[Row]]:
        """What concerns one ticket, for a person who looks into it."""
        row = next(row for row in self.exports["tickets"] if row["ticket_id"] == ticket_id)
        levels = [one for one in self.exports["service_levels"] if one["ticket_type_code"] == row["ticket_type_code"]]
        calendars = {one["calendar_id"] for one in levels}
        level_ids = {one["service_level_id"] for one in levels}
        return {
            "tickets": [row],
            "ticket_events": [one for one in self.exports["ticket_events"] if one["ticket_id"] == ticket_id],
            "service_levels": levels,
            "calendars": [one for one in self.exports["calendars"] if one["calendar_id"] in calendars],
            "calendar_exceptions": [
                one for one in self.exports["calendar_exceptions"] if one["calendar_id"] in calendars
            ],
            "exclusions": [
                one
                for one in self.exports["exclusions"]
                if one.get("ticket_id") in (None, ticket_id) and one.get("service_level_id") in (None, *level_ids)
            ],
        }


def grow_batch(
    season: Season, calendar_seeds: Sequence[int], level_seeds: Sequence[int], ticket_seeds: Sequence[int]
) -> Batch:
    """All rows of a batch. Equal numbers grow equal rows."""
    calendars = [_calendar(number, _chance(season, seed), season) for number, seed in enumerate(calendar_seeds)]
    levels = [
        row
        for number, seed in enumerate(level_seeds)
        for row in _levels(number, _chance(season, seed), season, len(calendar_seeds))
    ]
    tickets = [
        _ticket(number, _chance(season, seed), season, len(level_seeds)) for number, seed in enumerate(ticket_seeds)
    ]
    exports = {
        "suppliers": [SUPPLIER, *({"supplier_id": f"S{n}", "supplier_name": f"Supplier {n}"} for n in (2, 3))],
        "work_centres": [WORK_CENTRE, *({"work_centre_id": f"WC{n}", "supplier_id": f"S{n}"} for n in (2, 3))],
        "contracts": [
            contract(),
            contract(contract_id="C2", supplier_id="S2", time_zone="Asia/Kathmandu"),
            contract(contract_id="C3", supplier_id="S3", valid_from=_day(season, 1)),
        ],
        "service_levels": levels,
        "calendars": [row for rows, _ in calendars for row in rows],
        "calendar_exceptions": [row for _, rows in calendars for row in rows],
        "tickets": [row for row, _ in tickets],
        "ticket_events": [row for _, rows in tickets for row in rows],
        "exclusions": _exclusions(_chance(season, ticket_seeds[0]), season, len(level_seeds), len(ticket_seeds)),
    }
    return Batch(exports, season.as_of)


def _chance(season: Season, seed: int) -> random.Random:
    return random.Random(f"{season.as_of} {seed}")


def _day(season: Season, number: int, shift: int = 0) -> str:
    return (date.fromisoformat(season.days[number % len(season.days)]) + timedelta(days=shift)).isoformat()


def _first_day(season: Season) -> date:
    return min(date.fromisoformat(day) for day in season.days) - timedelta(days=40)


def _hours(chance: random.Random) -> str:
    kind = chance.randrange(7)
    if kind == 0:
        return ""
    if kind == 1:
        return "00:00-24:00"
    if kind == 2:
        opens = chance.randrange(18 * 60, 24 * 60)
        return _text([(opens, chance.randrange(0, min(opens, 10 * 60)))])  # across midnight
    count = (2, 4, 4, 6)[kind - 3]
    cuts = sorted(chance.sample(range(0, 24 * 60, 5), count))
    return _text(list(zip(cuts[::2], cuts[1::2], strict=True)))


def _text(hours: list[tuple[int, int]]) -> str:
    return ";".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in hours)


def _week(chance: random.Random) -> Row:
    week = {weekday: _hours(chance) for weekday in WEEKDAYS}
    week[chance.choice(WEEKDAYS)] = "08:00-18:00"  # never closed for ever
    return week


def _calendar(number: int, chance: random.Random, season: Season) -> tuple[list[Row], list[Row]]:
    calendar_id = f"CAL-{number}"
    until = (season.as_of + timedelta(days=45)).date().isoformat()
    first = {
        "calendar_id": calendar_id, "time_zone": chance.choice(ZONES), **_week(chance),
        "valid_from": _first_day(season).isoformat(), "published_until": until,
    }  # fmt: skip
    rows = [first]
    turn = _day(season, chance.randrange(9), chance.randrange(-3, 4))
    match chance.randrange(8):
        case 0 | 1:  # other hours from some day on
            rows.append({**first, **_week(chance), "valid_from": turn})
        case 2:  # some days nobody has published, then other hours
            later = (date.fromisoformat(turn) + timedelta(days=5)).isoformat()
            first["published_until"] = turn
            rows.append({**first, **_week(chance), "valid_from": later, "published_until": until})
        case 3:  # not published to the end
            first["published_until"] = turn
    special = {_day(season, chance.randrange(9), chance.randrange(-3, 4)): _hours(chance) for _ in range(4)}
    exceptions = [{"calendar_id": calendar_id, "exception_date": day, "hours": hours} for day, hours in special.items()]
    return rows, exceptions


def _levels(number: int, chance: random.Random, season: Season, calendars: int) -> list[Row]:
    """The levels of one ticket type: one under the contract of S1, one under that of another supplier."""
    rows = _level_rows(f"L{number}", "C1", number, chance, season, calendars)
    rows += _level_rows(f"L{number}-B", chance.choice(("C2", "C2", "C2", "C3")), number, chance, season, calendars)
    return rows


def _level_rows(
    level_id: str, contract_id: str, number: int, chance: random.Random, season: Season, calendars: int
) -> list[Row]:
    start = chance.choice(STARTS)
    # What both starts and stops a clock is a next update; with other triggers such terms promise nothing.
    stop = chance.choice([one for one in STOPS if "commented" in start or not _common(start, one)])
    reopen_policy = chance.choice(("", "continue", "new_cycle", "new_cycle", "first_only"))
    if _common(start, stop):
        reopen_policy = "new_cycle"
    terms = {
        "contract_id": contract_id,
        "ticket_type_code": f"L{number}",
        "start_event": start,
        "stop_event": stop,
        "reopen_policy": reopen_policy,
        "count_from": "" if _common(start, stop) else chance.choice(("", "start_event", "opened")),
        "priority_change_policy": chance.choice(("", "keep", "retarget", "retarget")),
        "handover_policy": chance.choice(("", "last", "holder_at_breach", "share")),
        "valid_from": "2020-01-01",
    }
    priorities = chance.choice((("",), ("", "P1"), ("", "P1", "P3"), ("P1", "P2", "P3"), ("P1", "P2"), ("", "P2")))
    rows = [service_level(level_id, **terms, **_target(chance, calendars), priority_code=one) for one in priorities]
    if chance.random() < 0.3:  # another target from some day on
        turn = _day(season, chance.randrange(9))
        rows.append({**rows[-1], **_target(chance, calendars), "valid_from": turn})
    if chance.random() < 0.2:
        rows.append({**rows[0], **_target(chance, calendars), "category_code": "network", "valid_from": "2020-01-01"})
    return rows


def _common(start: str, stop: str) -> set[str]:
    return set(start.split(";")) & set(stop.split(";"))


def _target(chance: random.Random, calendars: int) -> Row:
    unit = chance.choice(("business_minutes",) * 6 + ("working_days",) * 2 + ("calendar_minutes", "promised_time"))
    value = {"working_days": chance.choice("01234"), "promised_time": ""}.get(unit) or chance.choice(MINUTES)
    return {
        "target_unit": unit,
        "target_value": "" if unit == "promised_time" else value,
        "calendar_id": f"CAL-{chance.randrange(calendars)}" if unit in ("business_minutes", "working_days") else "",
        "pause_states": chance.choice(PAUSES),
        "pause_reasons": chance.choice(REASONS),
    }


def _ticket(number: int, chance: random.Random, season: Season, levels: int) -> tuple[Row, list[Row]]:
    ticket_id = f"T{number}"
    at = utc(f"{chance.choice(season.days)} 00:00") + timedelta(seconds=chance.randrange(-5 * 86400, 3 * 86400))
    columns: Row = {"work_centre_id": chance.choice(("WC1",) * 8 + ("WC2",) * 3 + ("WC3", "WC9"))}
    columns["priority_code"] = chance.choice(("P1", "P2", "P3", ""))
    columns["category_code"] = chance.choice(("", "network"))
    if chance.random() < 0.1:
        columns["contract_id"] = chance.choice(("C1", "C2"))
    if chance.random() < 0.7:
        columns["promised_at"] = (at + timedelta(seconds=chance.randrange(-3600, 4 * 86400))).isoformat()
    row = ticket(ticket_id, at.isoformat(), ticket_type_code=f"L{chance.randrange(levels)}", **columns)
    events = []
    if chance.random() < 0.7:
        told = {
            "priority_code": chance.choice(("P1", "P2", "P3", "")),
            "work_centre_id": chance.choice(("WC1", "WC1", "WC2")),
        }
        events.append(event(ticket_id, at.isoformat(), "opened", event_number="0", **told))
    for index in range(1, chance.randrange(1, 11)):
        at += timedelta(seconds=_gap(chance))
        kind, values = chance.choice(RARE_KINDS if chance.random() < 0.02 else KINDS)
        events.append(event(ticket_id, at.isoformat(), kind, event_number=str(index), **values))
    if chance.random() < 0.7:
        column = chance.choice(("resolved_at", "resolved_at", "closed_at", "assigned_at", "responded_at"))
        row[column] = (at + timedelta(seconds=_gap(chance))).isoformat()
    return row, events


def _gap(chance: random.Random) -> float:
    kind = chance.randrange(len(GAPS) + 8)
    if kind < len(GAPS):
        return GAPS[kind]
    return chance.randrange(1, 2 * 86400) + chance.choice((0, 0, 0, 0.25, 0.999999))


def _exclusions(chance: random.Random, season: Season, levels: int, tickets: int) -> list[Row]:
    rows = []
    for number in range(tickets // 8):
        start = utc(f"{_day(season, chance.randrange(9))} 00:00") + timedelta(
            seconds=chance.randrange(-3 * 86400, 86400)
        )
        row: Row = {
            "exclusion_id": f"EX-{number}",
            "reason_code": "maintenance",
            "excluded_from": start.isoformat(),
            "excluded_to": (start + timedelta(seconds=chance.choice((1, 600, 7200, 86400)))).isoformat(),
            "approved_by": chance.choice(("manager", "manager", "manager", "")),
            "decided_at": chance.choice(("", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")),
        }
        if chance.randrange(4) == 0:
            row["window_effect"] = "excuses_tickets"
        match chance.randrange(5):
            case 0 | 1:
                row["ticket_id"] = f"T{chance.randrange(tickets)}"
            case 2:
                row["service_level_id"] = f"L{chance.randrange(levels)}"
            case 3:
                row |= {"ticket_id": f"T{chance.randrange(tickets)}", "contract_id": "C1"}
            case 4:  # the whole ticket
                row |= {"ticket_id": f"T{chance.randrange(tickets)}", "excluded_from": "", "excluded_to": ""}
        rows.append(row)
    return rows
