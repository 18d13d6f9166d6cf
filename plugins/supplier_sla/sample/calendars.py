"""Business calendars of the sample, with public holidays, half days and China's make-up working days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import holidays

from supplier_sla.sample.opening_hours import OpeningHours
from supplier_sla.sample.options import SampleOptions

CLOSED = ""
ROUND_THE_CLOCK_CALENDAR = "CAL-24X7"
NIGHT_CALENDAR = "CAL-GB-NIGHT"

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class CalendarPlan:
    """One calendar: hours of Monday to Sunday, and the country and region whose public holidays it keeps."""

    calendar_id: str
    name: str
    name_zh: str
    zone_name: str
    hours: tuple[str, ...]
    country: str = ""
    region: str | None = None
    language: str = "en_US"
    hours_after_amendment: tuple[str, ...] = ()


def _week(working_day: str, friday: str = "", saturday: str = CLOSED) -> tuple[str, ...]:
    return (working_day,) * 4 + (friday or working_day, saturday, CLOSED)


_PLANS = (
    CalendarPlan(
        "CAL-DE",
        "Germany office hours",
        "德国办公时间",
        "Europe/Berlin",
        _week("08:00-12:00;13:00-17:00", "08:00-12:00;13:00-15:00"),
        "DE",
        "NI",
        hours_after_amendment=_week("08:00-12:00;13:00-17:00", "08:00-12:00;12:30-16:00"),
    ),
    CalendarPlan(
        "CAL-US", "US office hours", "美国办公时间", "America/New_York", _week("08:30-12:00;13:00-17:30"), "US"
    ),
    CalendarPlan(
        "CAL-CN", "China office hours", "中国办公时间", "Asia/Shanghai", _week("09:00-12:00;13:00-18:00"), "CN"
    ),
    CalendarPlan(
        "CAL-GB",
        "England office hours",
        "英格兰办公时间",
        "Europe/London",
        _week("09:00-12:30;13:30-17:30"),
        "GB",
        "ENG",
        "en_GB",
    ),
    CalendarPlan(
        "CAL-IN",
        "Karnataka office hours",
        "卡纳塔克邦办公时间",
        "Asia/Kolkata",
        _week("09:30-13:00;14:00-18:30", saturday="09:30-13:00"),
        "IN",
        "KA",
        "en_IN",
    ),
    CalendarPlan(ROUND_THE_CLOCK_CALENDAR, "Round the clock", "全天候", "Asia/Shanghai", ("00:00-24:00",) * 7),
    CalendarPlan(NIGHT_CALENDAR, "England night shift", "英格兰夜班", "Europe/London", ("20:00-04:00",) * 7),
)


class Calendars:
    """The calendars of one sample: rows of both entities, and their opening hours for the made-up work."""

    def __init__(self, options: SampleOptions) -> None:
        self._options = options
        self._years = range(options.contract_start.year, options.as_of.year + 1)
        self._exceptions = {plan.calendar_id: self._exceptions_of(plan) for plan in _PLANS}
        self._hours = {plan.calendar_id: self._opening_hours(plan) for plan in _PLANS}

    def opening_hours(self, calendar_id: str) -> OpeningHours:
        """Opening hours of a calendar of the sample."""
        return self._hours[calendar_id]

    def is_day_off(self, calendar_id: str, day: date) -> bool:
        """True on a holiday, and on a weekend day that is not made a working day."""
        exception = self._exceptions[calendar_id].get(day)
        return day.weekday() >= 5 if exception is None else exception["exception_kind"] == "holiday"

    def calendar_rows(self) -> Iterator[dict[str, str]]:
        """Rows of `calendars`, a second version where the hours were amended."""
        for plan in _PLANS:
            versions = self._weekly_versions(plan)
            for index, (valid_from, hours) in enumerate(versions):
                yield {
                    "calendar_id": plan.calendar_id,
                    "calendar_name": plan.name,
                    "calendar_name_zh": plan.name_zh,
                    "time_zone": plan.zone_name,
                    **dict(zip(_WEEKDAYS, hours, strict=True)),
                    "valid_from": valid_from.isoformat(),
                    "valid_to": versions[index + 1][0].isoformat() if index + 1 < len(versions) else "",
                    "published_until": self._published_until(plan).isoformat(),
                }

    def exception_rows(self) -> Iterator[dict[str, str]]:
        """Rows of `calendar_exceptions`, by calendar and date."""
        for plan in _PLANS:
            for day in sorted(self._exceptions[plan.calendar_id]):
                yield self._exceptions[plan.calendar_id][day]

    def _weekly_versions(self, plan: CalendarPlan) -> list[tuple[date, tuple[str, ...]]]:
        versions = [(self._options.contract_start, plan.hours)]
        if plan.hours_after_amendment:
            versions.append((self._options.amendment_date, plan.hours_after_amendment))
        return versions

    def _opening_hours(self, plan: CalendarPlan) -> OpeningHours:
        exceptions = {day: row["hours"] for day, row in self._exceptions[plan.calendar_id].items()}
        return OpeningHours(ZoneInfo(plan.zone_name), self._weekly_versions(plan), exceptions)

    def _published_until(self, plan: CalendarPlan) -> date:
        if not plan.country:
            return date(self._years[-1] + 5, 1, 1)
        if plan.country != "CN":
            return date(self._years[-1] + 1, 1, 1)
        # The State Council publishes year by year: a year without make-up days is one not published to us yet.
        kinds = self._exceptions[plan.calendar_id]
        published_years = {day.year for day, row in kinds.items() if row["exception_kind"] == "makeup_working_day"}
        first_unpublished = next((year for year in self._years if year not in published_years), self._years[-1] + 1)
        return date(first_unpublished, 1, 1)

    def _exceptions_of(self, plan: CalendarPlan) -> dict[date, dict[str, str]]:
        if not plan.country:
            return {}
        rows: dict[date, dict[str, str]] = {}

        def add(day: date, kind: str, hours: str, name: str, name_zh: str, source: str) -> None:
            rows[day] = {
                "calendar_id": plan.calendar_id,
                "exception_date": day.isoformat(),
                "hours": hours,
                "exception_kind": kind,
                "exception_name": name,
                "exception_name_zh": name_zh,
                "source": source,
            }

        names = _public_holidays(plan, self._years, plan.language)
        names_zh = _public_holidays(plan, self._years, "zh_CN") if plan.country == "CN" else {}
        region = f"{plan.country}-{plan.region}" if plan.region else plan.country
        for day, name in names.items():
            source = f"State Council notice for {day.year}" if plan.country == "CN" else f"public holidays of {region}"
            add(day, "holiday", CLOSED, name, names_zh.get(day, ""), source)
        if plan.country == "CN":
            for day in _makeup_working_days(self._years):
                source = f"State Council notice for {day.year}"
                add(day, "makeup_working_day", plan.hours[0], "Make-up working day", "调休上班", source)
        if plan.country == "DE":
            for year in self._years:
                for day, name, name_zh in (
                    (date(year, 12, 24), "Christmas Eve, half day", "平安夜半天"),
                    (date(year, 12, 31), "New Year's Eve, half day", "除夕夜半天"),
                ):
                    if day.weekday() < 5:
                        add(day, "half_day", "08:00-12:00", name, name_zh, "works agreement")
        return rows


def _public_holidays(plan: CalendarPlan, years: range, language: str) -> dict[date, str]:
    found = holidays.country_holidays(plan.country, subdiv=plan.region, years=years, language=language)
    return dict(sorted(found.items()))


def _makeup_working_days(years: range) -> list[date]:
    """Weekend days that China works to make up for a bridged holiday (调休), of the given years."""
    found = holidays.country_holidays("CN", years=years)
    return sorted(day for day in found.weekend_workdays if day.year in years)
