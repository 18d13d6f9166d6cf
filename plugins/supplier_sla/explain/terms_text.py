"""The terms of a service level in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from supplier_sla.explain.clock import Measurement
from supplier_sla.explain.layout import Fact, Pen
from supplier_sla.explain.moments import duration
from supplier_sla.explain.ticket import Row

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def terms_facts(measurement: Measurement, pen: Pen, same_as: int | None = None) -> list[Fact]:
    """What the contract says for this measurement, by the versions in force.

    Args:
        measurement: any that a service level applies to.
        pen: see there.
        same_as: number of an earlier measurement under the same terms, which are not said again.
    """
    row, terms = measurement.row, measurement.terms[-1]
    if same_as is not None:
        return [
            (pen.say("terms"), pen.say("terms_as", number=same_as)),
            (pen.say("target"), _target(row, terms, pen)),
            (pen.say("counts_in"), _month(row, pen)),
        ]
    return [
        (pen.say("contract"), pen.say("contract_of", contract=pen.named(row, "contract_id", "contract_name"),
                                      supplier=pen.supplier(row))),
        (pen.say("clause"), terms["clause"] or "-"),
        (pen.say("version"), [_version(version, pen) for version in measurement.terms]),
        (pen.say("applies_to"), [_selectors(version, pen) for version in measurement.terms]),
        (pen.say("target"), _target(row, terms, pen)),
        (pen.say("starts_with"), [_triggers(terms["start_event"], pen), pen.word("count_from", terms["count_from"])]),
        (pen.say("stops_with"), _triggers(terms["stop_event"], pen)),
        (pen.say("stands_still"), _pauses(terms, pen)),
        (pen.say("reopening"), pen.word("reopen_policy", terms["reopen_policy"])),
        (pen.say("priority_change"), pen.word("priority_change_policy", terms["priority_change_policy"])),
        (pen.say("handover"), pen.word("handover_policy", terms["handover_policy"])),
        (pen.say("counts_in"), [_month(row, pen), pen.word("period_basis", terms["period_basis"])]),
        (pen.say("calendar"), _calendars(measurement, pen)),
    ]  # fmt: skip


def _month(row: Row, pen: Pen) -> str:
    return pen.say("month_open") if row["period_month"] is None else f"{row['period_month']:%Y-%m}"


def _version(terms: Row, pen: Pen) -> str:
    days = [_local_day(terms[column], pen.zone) for column in ("holds_from", "holds_to")]
    return pen.say("version_span", **pen.span(*days), source=pen.source(terms))


def _local_day(moment: datetime | None, zone: ZoneInfo) -> str | None:
    # Versions begin at midnight in the contract's zone; seen from another zone the hour belongs to it.
    if moment is None:
        return None
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d}" if (local.hour, local.minute) == (0, 0) else f"{local:%Y-%m-%d %H:%M}"


def _selectors(terms: Row, pen: Pen) -> str:
    selectors = {
        "for_type": terms["ticket_type_code"],
        "for_category": terms["category_code"],
        "for_priority": terms["priority_code"],
    }
    given = [pen.say(sentence, code=code) for sentence, code in selectors.items() if code is not None]
    return pen.say("comma").join(given) or pen.say("every_ticket")


def _target(row: Row, terms: Row, pen: Pen) -> str:
    seconds = terms["target_seconds"]
    unit = pen.word("target_unit", terms["target_unit"]).format(
        minutes=_minutes(seconds), days=terms["target_working_days"]
    )
    if row["target_seconds"] is None:
        return pen.say("target_unknown", words=unit)
    said = pen.say("target_amount", duration=duration(row["target_seconds"]), words=unit)
    at_start = row["target_at_start_seconds"]
    if at_start is None or at_start == row["target_seconds"]:
        return said
    return pen.say("target_at_start", target=said, duration=duration(at_start))


def _minutes(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    return str(seconds // 60) if seconds % 60 == 0 else f"{seconds / 60:.2f}"


def _triggers(listed: str, pen: Pen) -> str:
    return pen.say("either").join(_trigger(code, pen) for code in _codes(listed))


def _trigger(code: str, pen: Pen) -> str:
    kind, _, state = code.partition(":")
    return pen.say("state_trigger", state=pen.word("state", state)) if kind == "state" else pen.word("trigger", code)


def _pauses(terms: Row, pen: Pen) -> str:
    states = pen.say("either").join(pen.word("state", code) for code in _codes(terms["pause_states"]))
    reasons = pen.say("either").join(_codes(terms["pause_reasons"]))
    if states and reasons:
        return pen.say("pause_by_both", states=states, reasons=reasons)
    if states:
        return pen.say("pause_by_state", states=states)
    return pen.say("pause_by_reason", reasons=reasons) if reasons else pen.say("never")


def _codes(listed: str | None) -> list[str]:
    return [code.strip() for code in (listed or "").split(";") if code.strip()]


def _calendars(measurement: Measurement, pen: Pen) -> list[str]:
    wanted = list(dict.fromkeys(_calendar_that_counts(terms) for terms in measurement.terms))
    lines: list[str] = []
    for calendar_id in wanted:
        versions = [one for one in measurement.calendars if one["calendar_id"] == calendar_id]
        if calendar_id is None:
            lines.append(pen.say("every_second"))
        elif not versions:
            lines.append(pen.say("calendar_missing", calendar=calendar_id))
        for version in versions:
            lines += [_calendar_version(version, pen), *(f"  {line}" for line in _hours(version, pen))]
    return lines


def _calendar_that_counts(terms: Row) -> str | None:
    return terms["calendar_id"] if terms["target_unit"] in ("business_minutes", "working_days") else None


def _calendar_version(version: Row, pen: Pen) -> str:
    return pen.say(
        "calendar_version",
        calendar=pen.named(version, "calendar_id", "calendar_name"),
        zone=version["time_zone"],
        first=version["valid_from"],
        published_until=version["published_until"] or pen.say("open_end"),
        source=pen.source(version),
    )


def _hours(version: Row, pen: Pen) -> Iterable[str]:
    """Weekdays with the same hours on one line."""
    groups: list[tuple[list[str], str]] = []
    for number, weekday in enumerate(WEEKDAYS):
        name, hours = pen.word("weekday", str(number)), version[weekday] or pen.say("closed_all_day")
        if groups and groups[-1][1] == hours:
            groups[-1][0].append(name)
        else:
            groups.append(([name], hours))
    return [f"{names[0]}-{names[-1]} {hours}" if len(names) > 1 else f"{names[0]} {hours}" for names, hours in groups]
