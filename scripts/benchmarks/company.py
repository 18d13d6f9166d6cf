"""The made-up company: 20 calendars of many kinds, 10 suppliers with a contract each, two service levels per contract.

Rows are those of the canonical exports, and are landed as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import holidays

# Tickets are opened from FIRST_DAY on; everything is in force and published for longer than any of their clocks runs.
FIRST_DAY = date(2016, 1, 1)
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
VALID_FROM = date(2015, 12, 1)
AMENDED_FROM = date(2021, 7, 1)
PUBLISHED_UNTIL = date(2027, 1, 1)

SOURCE_SYSTEM = "desk"
CONTRACT_COUNT = 10
CATEGORIES = ("network", "field")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Minutes until the response and until the resolution are due.
TARGETS = {"P1": (30, 240), "P2": (60, 480), "P3": (240, 1440), "P4": (480, 2880)}

Row = dict[str, str]


@dataclass(frozen=True)
class CalendarPlan:
    """Hours of Monday to Sunday, the country whose public holidays are closed, and the hours after an amendment."""

    calendar_id: str
    time_zone: str
    week: tuple[str, ...]
    country: str = ""
    amended_week: tuple[str, ...] = ()

    def hours_on(self, day: date) -> str:
        """Weekly hours that hold on a local date."""
        week = self.amended_week if self.amended_week and day >= AMENDED_FROM else self.week
        return week[day.weekday()]

    def exceptions(self) -> dict[date, tuple[str, str, str]]:
        """Hours, kind and name by local date: closed holidays, and a short day before Christmas."""
        if not self.country:
            return {}
        days = range(VALID_FROM.year, PUBLISHED_UNTIL.year)
        found = {day: ("", "holiday", name) for day, name in _holidays(self.country, days).items()}
        for year in days:
            found.setdefault(date(year, 12, 24), ("08:00-12:00", "half_day", "Half day"))
        return found


@dataclass(frozen=True)
class Level:
    """One service level of a contract for one category, whatever the priority. Without a calendar, round the clock."""

    service_level_id: str
    contract_id: str
    category_code: str
    metric_code: str
    calendar_id: str | None
    pause_states: tuple[str, ...]


def _days(hours: str, saturday: str = "", sunday: str = "", friday: str | None = None) -> tuple[str, ...]:
    return (hours,) * 4 + (hours if friday is None else friday, saturday, sunday)


ROUND_THE_CLOCK = ("00:00-24:00",) * 7

CALENDARS = (
    CalendarPlan("CAL-01", "Europe/Berlin", _days("08:00-12:00;13:00-17:00", friday="08:00-12:00;13:00-15:00"), "DE"),
    CalendarPlan("CAL-02", "America/New_York", _days("08:30-12:00;13:00-17:30"), "US", _days("08:00-18:00")),
    CalendarPlan("CAL-03", "Asia/Shanghai", _days("09:00-12:00;13:30-18:00"), "CN"),
    CalendarPlan("CAL-04", "Asia/Kolkata", _days("09:30-18:30", saturday="09:30-14:00"), "IN"),
    CalendarPlan("CAL-05", "Europe/London", _days("22:00-06:00", friday="", sunday="22:00-06:00"), "GB"),
    CalendarPlan("CAL-06", "Etc/UTC", ROUND_THE_CLOCK),
    CalendarPlan(
        "CAL-07", "Australia/Sydney", _days("08:00-18:00"), "AU", _days("07:00-19:00", saturday="08:00-12:00")
    ),
    CalendarPlan("CAL-08", "Australia/Lord_Howe", _days("09:00-17:00", saturday="01:30-05:00", sunday="01:30-05:00")),
    CalendarPlan("CAL-09", "America/Sao_Paulo", _days("08:00-12:00;14:00-18:00"), "BR"),
    CalendarPlan("CAL-10", "Asia/Kathmandu", _days("10:00-17:00", friday="10:00-15:00", sunday="10:00-17:00")),
    CalendarPlan("CAL-11", "America/St_Johns", _days("08:00-20:00"), "CA", _days("08:00-12:00;12:30-20:00")),
    CalendarPlan("CAL-12", "Africa/Cairo", _days("09:00-17:00", friday="", sunday="09:00-17:00")),
    CalendarPlan("CAL-13", "Asia/Tokyo", _days("06:00-14:00;14:00-22:00"), "JP"),
    CalendarPlan("CAL-14", "Europe/Paris", _days("00:00-24:00"), "FR"),
    CalendarPlan("CAL-15", "America/Los_Angeles", _days("06:00-10:00;11:00-15:00;16:00-20:00"), "US"),
    CalendarPlan("CAL-16", "Pacific/Auckland", _days("18:00-02:00", saturday="18:00-02:00"), "NZ"),
    CalendarPlan("CAL-17", "Europe/Moscow", _days("09:00-18:00"), "", _days("09:00-13:00;14:00-18:00")),
    CalendarPlan("CAL-18", "America/Chicago", ROUND_THE_CLOCK),
    CalendarPlan("CAL-19", "Asia/Dubai", _days("08:00-13:00;16:00-20:00")),
    CalendarPlan("CAL-20", "Europe/Lisbon", _days("07:00-19:00", saturday="00:30-04:00", sunday="00:30-04:00"), "PT"),
)


def levels() -> Iterator[Level]:
    """Both levels of every contract and category."""
    for number in range(1, CONTRACT_COUNT + 1):
        for position, category in enumerate(CATEGORIES):
            own = CALENDARS[2 * number - 2 + position].calendar_id
            # Odd contracts answer in their own hours, even ones from a desk that never closes.
            desk = own if number % 2 else None if number == CONTRACT_COUNT else "CAL-06"
            waits = ("waiting_customer", "on_hold") if number % 2 else ("waiting_customer", "waiting_third_party")
            contract = f"C-{number:02d}"
            yield Level(f"SL-{number:02d}-RESP", contract, category, "response_time", desk, ())
            yield Level(f"SL-{number:02d}-RES", contract, category, "resolution_time", own, waits)


def register_exports() -> dict[str, list[Row]]:
    """The register by entity, as rows of the canonical files."""
    numbers = range(1, CONTRACT_COUNT + 1)
    valid_from = VALID_FROM.isoformat()
    return {
        "suppliers": [
            {"supplier_id": f"SUP-{number:02d}", "supplier_name": f"Supplier {number}", "valid_from": valid_from}
            for number in numbers
        ],
        "work_centres": [
            {"work_centre_id": f"WC-{number:02d}-{team}", "supplier_id": f"SUP-{number:02d}", "valid_from": valid_from}
            for number in numbers
            for team in (1, 2)
        ],
        "contracts": [
            {
                "contract_id": f"C-{number:02d}",
                "supplier_id": f"SUP-{number:02d}",
                "currency_code": "EUR",
                "time_zone": CALENDARS[2 * number - 2].time_zone,
                "valid_from": valid_from,
            }
            for number in numbers
        ],
        "calendars": [row for plan in CALENDARS for row in _calendar_rows(plan)],
        "calendar_exceptions": [
            {
                "calendar_id": plan.calendar_id,
                "exception_date": day.isoformat(),
                "hours": hours,
                "exception_kind": kind,
                "exception_name": name,
            }
            for plan in CALENDARS
            for day, (hours, kind, name) in sorted(plan.exceptions().items())
        ],
        "service_levels": [row for level in levels() for row in _level_rows(level)],
    }


def planned_seconds() -> Iterator[tuple[int, str, str, float, float]]:
    """Contract, category, priority, and the wall time that the targets of response and resolution take on average."""
    open_share = {plan.calendar_id: _open_share(plan) for plan in CALENDARS}
    by_key = {(level.contract_id, level.category_code, level.metric_code): level for level in levels()}
    for number in range(1, CONTRACT_COUNT + 1):
        for category in CATEGORIES:
            response = by_key[f"C-{number:02d}", category, "response_time"].calendar_id
            resolution = by_key[f"C-{number:02d}", category, "resolution_time"].calendar_id
            for priority, (response_minutes, resolution_minutes) in TARGETS.items():
                yield (
                    number,
                    category,
                    priority,
                    response_minutes * 60 / (open_share[response] if response else 1),
                    resolution_minutes * 60 / (open_share[resolution] if resolution else 1),
                )


def _calendar_rows(plan: CalendarPlan) -> Iterator[Row]:
    for valid_from, week in ((VALID_FROM, plan.week), (AMENDED_FROM, plan.amended_week)):
        if week:
            yield {
                "calendar_id": plan.calendar_id,
                "time_zone": plan.time_zone,
                **dict(zip(WEEKDAYS, week, strict=True)),
                "valid_from": valid_from.isoformat(),
                "published_until": PUBLISHED_UNTIL.isoformat(),
            }


def _level_rows(level: Level) -> Iterator[Row]:
    is_response = level.metric_code == "response_time"
    for priority, minutes in TARGETS.items():
        target = minutes[0] if is_response else minutes[1]
        # Five contracts were amended to shorter targets; calendars and pauses stayed.
        versions = [(VALID_FROM, target)] + ([(AMENDED_FROM, target * 9 // 10)] if level.contract_id < "C-06" else [])
        for valid_from, value in versions:
            yield {
                "service_level_id": level.service_level_id,
                "contract_id": level.contract_id,
                "metric_code": level.metric_code,
                "category_code": level.category_code,
                "priority_code": priority,
                "start_event": "opened",
                "stop_event": "responded" if is_response else "resolved",
                "pause_states": ";".join(level.pause_states),
                "target_unit": "business_minutes" if level.calendar_id else "calendar_minutes",
                "target_value": str(value),
                "calendar_id": level.calendar_id or "",
                "attainment_target": "0.9",
                "valid_from": valid_from.isoformat(),
            }


def _holidays(country: str, years: range) -> dict[date, str]:
    return dict(holidays.country_holidays(country, years=years).items())


def _open_share(plan: CalendarPlan) -> float:
    seconds = sum((closes - opens).total_seconds() for hours in plan.week for opens, closes in opening_times(hours))
    return seconds / timedelta(days=7).total_seconds()


def opening_times(hours: str) -> Iterator[tuple[timedelta, timedelta]]:
    """Openings of a day as time since its midnight; one that ends at or before its start reaches into the next day."""
    for opening in filter(None, hours.split(";")):
        opens, closes = (
            timedelta(hours=int(clock[:2]), minutes=int(clock[3:])) for clock in opening.strip().split("-")
        )
        yield opens, closes if closes > opens else closes + timedelta(days=1)
