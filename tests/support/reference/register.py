"""The register (contracts, levels, calendars, work centres, exclusions) read from export rows into plain descriptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference.calendar import Calendar, Hours, Week

Row = Mapping[str, Any]

FOREVER = 2**60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def seconds(text: str) -> int:
    """An ISO 8601 timestamp with offset as whole seconds, the fraction cut off."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} says no offset"
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() // 1)


def codes(text: str | None) -> frozenset[str]:
    """'a; b' as a set."""
    return frozenset(code.strip() for code in (text or "").split(";") if code.strip())


@dataclass(frozen=True)
class Span:
    """Half-open time in which a version of something holds."""

    start: int
    end: int

    def holds_at(self, instant: int) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True)
class Contract:
    """One version of a contract."""

    contract_id: str
    supplier_id: str
    span: Span


@dataclass(frozen=True)
class Level:
    """One version of one row of a service level, all its terms with the defaults filled in."""

    service_level_id: str
    contract_id: str
    ticket_type: str | None
    category: str | None
    priority: str | None
    starts: frozenset[str]
    stops: frozenset[str]
    pause_states: frozenset[str]
    pause_reasons: frozenset[str]
    unit: str
    value: Decimal | None
    calendar_id: str | None
    count_from: str
    reopen_policy: str
    priority_change_policy: str
    handover_policy: str
    span: Span

    @property
    def fit(self) -> tuple[int, bool, bool]:
        """More selectors fit better; of as many, priority outranks category outranks type."""
        selectors = (self.priority, self.category, self.ticket_type)
        return sum(one is not None for one in selectors), self.priority is not None, self.category is not None

    @property
    def minutes_as_seconds(self) -> int:
        assert self.value is not None
        return int((self.value * 60).quantize(Decimal(1), ROUND_HALF_UP))

    def pauses(self, state: str, reason: str | None) -> bool:
        """Whether the clock stands still in a state that was set for that reason."""
        if not self.pause_states and not self.pause_reasons:
            return False
        is_state = state in self.pause_states if self.pause_states else True
        is_reason = reason in self.pause_reasons if self.pause_reasons else True
        return is_state and is_reason


@dataclass(frozen=True)
class Exclusion:
    """An approved exclusion; without a span, or where its clock starts within it, the whole measurement is excused."""

    contract_id: str | None
    service_level_id: str | None
    ticket: tuple[str, str] | None
    span: Span | None
    is_for_starts: bool

    @property
    def stopped(self) -> Span | None:
        """The time that does not count."""
        return None if self.is_for_starts else self.span

    def excuses(self, started_at: int | None) -> bool:
        """Whether a clock that started then does not count at all."""
        if self.span is None:
            return True
        return self.is_for_starts and started_at is not None and self.span.holds_at(started_at)

    def concerns(self, ticket: tuple[str, str], level: Level) -> bool:
        return (
            self.ticket in (None, ticket)
            and self.contract_id in (None, level.contract_id)
            and self.service_level_id in (None, level.service_level_id)
        )


@dataclass(frozen=True)
class Register:
    """All of it."""

    contracts: list[Contract]
    levels: list[Level]
    calendars: dict[str, Calendar]
    exclusions: list[Exclusion]
    work_centres: dict[str, list[tuple[Span, str]]]

    def supplier_of(self, work_centre_id: str | None, instant: int) -> str | None:
        """The supplier to which the work centre belongs at that instant."""
        for span, supplier_id in self.work_centres.get(work_centre_id or "", ()):
            if span.holds_at(instant):
                return supplier_id
        return None


def read_register(exports: Mapping[str, Iterable[Row]], as_of: int) -> Register:
    """The register as delivered: every row is the newest of its key."""
    zones = _contract_zones(exports)
    return Register(
        contracts=[
            Contract(row["contract_id"], row["supplier_id"], span)
            for row, span in _versions(exports, "contracts", ["contract_id"], lambda row: zones[row["contract_id"]])
        ],
        levels=[
            _level(row, span)
            for row, span in _versions(
                exports,
                "service_levels",
                ["service_level_id", "ticket_type_code", "category_code", "priority_code"],
                lambda row: zones.get(row["contract_id"], ZoneInfo("UTC")),
            )
        ],
        calendars=_calendars(exports),
        exclusions=[_exclusion(row) for row in exports.get("exclusions", ()) if _is_approved(row, as_of)],
        work_centres=_work_centres(exports),
    )


def _versions(
    exports: Mapping[str, Iterable[Row]], entity: str, key: list[str], zone_of: Callable[[Row], ZoneInfo]
) -> list[tuple[Row, Span]]:
    """Rows with the time in which they hold: until their own end or the next version of the key, in their zone."""
    found = []
    for same in _by_key(exports.get(entity, ()), key).values():
        ordered = sorted(same, key=lambda row: row.get("valid_from") or "")
        for row, following in zip(ordered, [*ordered[1:], None], strict=True):
            ends = [FOREVER]
            if row.get("valid_to"):
                ends.append(_midnight(row["valid_to"], zone_of(row)))
            if following is not None:
                ends.append(_midnight(following["valid_from"], zone_of(row)))
            start = _midnight(row["valid_from"], zone_of(row)) if row.get("valid_from") else -FOREVER
            found.append((row, Span(start, min(ends))))
    return found


def _by_key(rows: Iterable[Row], key: list[str]) -> dict[tuple, list[Row]]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row.get(column) or None for column in key)].append(row)
    return groups


def _midnight(text: str, zone: ZoneInfo) -> int:
    day = date.fromisoformat(text)
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _contract_zones(exports: Mapping[str, Iterable[Row]]) -> dict[str, ZoneInfo]:
    """The zone of a contract is that of its latest version."""
    ordered = sorted(exports.get("contracts", ()), key=lambda row: row["valid_from"])
    return {row["contract_id"]: ZoneInfo(row["time_zone"]) for row in ordered}


def _level(row: Row, span: Span) -> Level:
    return Level(
        service_level_id=row["service_level_id"],
        contract_id=row["contract_id"],
        ticket_type=row.get("ticket_type_code") or None,
        category=row.get("category_code") or None,
        priority=row.get("priority_code") or None,
        starts=codes(row["start_event"]),
        stops=codes(row["stop_event"]),
        pause_states=codes(row.get("pause_states")),
        pause_reasons=codes(row.get("pause_reasons")),
        unit=row["target_unit"],
        value=Decimal(row["target_value"]) if row.get("target_value") else None,
        calendar_id=row.get("calendar_id") or None,
        count_from=row.get("count_from") or "start_event",
        reopen_policy=row.get("reopen_policy") or "continue",
        priority_change_policy=row.get("priority_change_policy") or "keep",
        handover_policy=row.get("handover_policy") or "last",
        span=span,
    )


def _exclusion(row: Row) -> Exclusion:
    start, end = row.get("excluded_from"), row.get("excluded_to")
    span = Span(seconds(start) if start else -FOREVER, seconds(end) if end else FOREVER) if start or end else None
    ticket = (row.get("source_system") or "canonical", row["ticket_id"]) if row.get("ticket_id") else None
    is_for_starts = row.get("window_effect") == "excuses_tickets"
    return Exclusion(row.get("contract_id") or None, row.get("service_level_id") or None, ticket, span, is_for_starts)


def _is_approved(row: Row, as_of: int) -> bool:
    return bool(row.get("approved_by")) and (not row.get("decided_at") or seconds(row["decided_at"]) <= as_of)


def _work_centres(exports: Mapping[str, Iterable[Row]]) -> dict[str, list[tuple[Span, str]]]:
    centres: dict[str, list[tuple[Span, str]]] = defaultdict(list)
    for row, span in _versions(exports, "work_centres", ["work_centre_id"], lambda _: ZoneInfo("UTC")):
        centres[row["work_centre_id"]].append((span, row["supplier_id"]))
    return centres


def _calendars(exports: Mapping[str, Iterable[Row]]) -> dict[str, Calendar]:
    exceptions: dict[str, dict[date, Hours]] = defaultdict(dict)
    for row in exports.get("calendar_exceptions", ()):
        exceptions[row["calendar_id"]][date.fromisoformat(row["exception_date"])] = _hours(row.get("hours"))
    return {
        calendar_id: Calendar(_weeks(rows), exceptions[calendar_id])
        for (calendar_id,), rows in _by_key(exports.get("calendars", ()), ["calendar_id"]).items()
    }


def _weeks(rows: list[Row]) -> list[Week]:
    ordered = sorted(rows, key=lambda row: row["valid_from"])
    weeks = []
    for row, following in zip(ordered, [*ordered[1:], None], strict=True):
        ends = [row["published_until"], row.get("valid_to"), following and following["valid_from"]]
        weeks.append(
            Week(
                ZoneInfo(row["time_zone"]),
                date.fromisoformat(row["valid_from"]),
                min(date.fromisoformat(end) for end in ends if end),
                tuple(_hours(row.get(weekday)) for weekday in WEEKDAYS),
            )
        )
    return weeks


def _hours(text: str | None) -> Hours:
    pairs = [interval.split("-") for interval in (text or "").split(";") if interval.strip()]
    return [(_minute(opens), _minute(closes)) for opens, closes in pairs]


def _minute(text: str) -> int:
    hour, minute = text.strip().split(":")
    return int(hour) * 60 + int(minute)
