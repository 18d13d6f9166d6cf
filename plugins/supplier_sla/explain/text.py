"""The dossier as lines of text. Foreign values stand in them as they came: whoever shows a line makes it harmless."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from supplier_sla.bilingual import Words
from supplier_sla.explain.clock import Measurement
from supplier_sla.explain.clock_text import clock_lines
from supplier_sla.explain.derived_text import derived_bounds
from supplier_sla.explain.dossier import Dossier
from supplier_sla.explain.layout import Fact, Pen, facts
from supplier_sla.explain.moments import zone_of
from supplier_sla.explain.money_text import month_lines
from supplier_sla.explain.terms_text import terms_facts
from supplier_sla.explain.ticket import Row
from supplier_sla.explain.verdict_text import status_in_words, verdict_facts
from supplier_sla.terminal import aligned


def dossier_lines(dossier: Dossier, words: Words, zone: ZoneInfo | None = None) -> list[str]:
    """The whole dossier; instants in `zone`, else each measurement in its contract's zone, the rest in the first."""
    measurements = dossier.measurements
    pen = Pen(words, zone or _zone(measurements[0]))
    lines = _ticket(dossier, pen)
    lines += _deliveries(dossier.deliveries, pen)
    lines += _history(dossier, pen)
    for number, measurement in enumerate(measurements, start=1):
        of_contract = Pen(words, zone or _zone(measurement))
        lines += _measurement(dossier, measurement, number, of_contract, is_zone_told=of_contract.zone == pen.zone)
    for month in dossier.months:
        lines += month_lines(month, pen)
    return lines


def _zone(measurement: Measurement) -> ZoneInfo:
    return zone_of(measurement.row["time_zone"] or "UTC")


def _ticket(dossier: Dossier, pen: Pen) -> list[str]:
    ticket = dossier.ticket
    heading = pen.say(
        "ticket",
        number=ticket["ticket_id"],
        key=ticket["ticket_key"],
        as_of=pen.when(ticket["as_of"]),
        publication=dossier.publication,
    )
    state = pen.word("state", ticket["state_code"])
    if ticket["source_state_code"]:
        state = pen.say("tool_state", ours=state, theirs=ticket["source_state_code"])
    codes = [ticket[name] or "-" for name in ("ticket_type_code", "category_code", "priority_code")]
    verdict = ticket["source_verdict_code"]
    said: list[Fact] = [
        (pen.say("title"), ticket["title"]),
        (pen.say("address"), ticket["address"]),
        (pen.say("selectors"), "; ".join(codes)),
        (pen.say("state"), state),
        (pen.say("held_by"), pen.say("holder", work_centre=pen.work_centre(ticket), supplier=pen.supplier(ticket))),
        (pen.say("opened"), pen.when(ticket["opened_at"])),
        (pen.say("promised"), pen.when(ticket["promised_at"]) if ticket["promised_at"] else None),
        (pen.say("named_contract"), ticket["named_contract_id"]),
        (pen.say("row"), pen.source(ticket)),
        (pen.say("tool_verdict"), pen.word("verdict", verdict) if verdict else None),
    ]
    return [heading, pen.say("zone", zone=str(pen.zone)), *facts(said)]


def _deliveries(deliveries: Iterable[Row], pen: Pen) -> list[str]:
    table = [pen.say("delivery_columns").split(";")]
    for delivery in deliveries:
        lines = [_numbers(delivery["lines"])] if delivery["lines"] else []
        if delivery["lines_kept_out"]:
            lines.append(pen.say("lines_kept_out", lines=_numbers(delivery["lines_kept_out"])))
        state = pen.word("delivery_state", delivery["state"])
        table.append(
            [
                str(delivery["delivery_id"]),
                delivery["source_file"],
                delivery["entity"],
                "; ".join(lines),
                pen.when(delivery["as_of"]),
                state if delivery["is_used"] else pen.say("not_used", state=state),
            ]
        )
    return ["", pen.say("deliveries"), *aligned(table, indent="  ")]


def _numbers(lines: Iterable[int]) -> str:
    return ", ".join(map(str, lines))


def _history(dossier: Dossier, pen: Pen) -> list[str]:
    heading = ["", pen.say("history")]
    if not dossier.events:
        return [*heading, f"  {pen.say('no_events')}"]
    table = [pen.say("history_columns").split(";"), *(_event(event, pen) for event in dossier.events)]
    lines = [*heading, *aligned(table, indent="  ")]
    if dossier.ticket["has_later_events"]:
        lines.append(f"  {pen.say('later_events')}")
    return lines


def _event(event: Row, pen: Pen) -> list[str]:
    state = pen.word("state", event["state_code"])
    if event["said_reason_code"]:
        state = pen.say("with_reason", state=state, reason=event["said_reason_code"])
    held = f"{pen.work_centre(event)} / {event['supplier_id']}" if event["work_centre_id"] else "-"
    return [
        str(event["event_rank"]),
        pen.when(event["event_at"]),
        pen.word("event_type", event["event_type"]),
        state,
        event["priority_code"] or "-",
        held,
        event["actor_id"] or "-",
        _origin(event, pen),
    ]


def _origin(event: Row, pen: Pen) -> str:
    """File and line; and how the event came about where nobody delivered it as one."""
    source = pen.source(event)
    if event["is_stand_in"]:
        return f"{source} ({pen.say('stand_in')})"
    return f"{source} ({derived_bounds(event, 'known', pen)})" if event["is_derived"] else source


def _measurement(dossier: Dossier, measurement: Measurement, number: int, pen: Pen, *, is_zone_told: bool) -> list[str]:
    row = measurement.row
    count = len(dossier.measurements)
    if row["service_level_id"] == "not_applicable":
        heading = pen.say("measurement", number=number, count=count, level=pen.say("no_level"))
        return ["", heading, *facts([(pen.say("verdict"), status_in_words(row, pen))])]
    terms = measurement.terms[-1]
    level = f"{pen.named(terms, 'service_level_id', 'service_level_name')} ({row['metric_code']})"
    if terms["reopen_policy"] == "new_cycle":
        level += pen.say("cycle", cycle=row["cycle_number"])
    verdict = verdict_facts(measurement, dossier.events, pen)
    said = terms_facts(measurement, pen, same_as=_first_under_the_same_terms(dossier, number))
    return [
        "",
        pen.say("measurement", number=number, count=count, level=level),
        *([] if is_zone_told else [f"  {pen.say('zone', zone=str(pen.zone))}"]),
        *facts([*verdict, *said]),
        *clock_lines(measurement, dossier.events, pen),
    ]


def _first_under_the_same_terms(dossier: Dossier, number: int) -> int | None:
    """The number of the measurement that has said this one's terms: that of an earlier cycle."""
    terms = dossier.measurements[number - 1].terms
    earlier = (at for at, one in enumerate(dossier.measurements[: number - 1], start=1) if one.terms == terms)
    return next(earlier, None)
