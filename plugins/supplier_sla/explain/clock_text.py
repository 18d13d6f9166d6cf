"""The clock of one measurement as a table whose last line adds up."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from supplier_sla.explain.clock import Measurement
from supplier_sla.explain.derived_text import derived_bounds
from supplier_sla.explain.layout import Pen
from supplier_sla.explain.merging import Piece, changes, pieces, up_to_the_end
from supplier_sla.explain.moments import duration
from supplier_sla.explain.ticket import Row
from supplier_sla.terminal import aligned

NUMBER_COLUMNS = (2, 3, 4)


def clock_lines(measurement: Measurement, events: tuple[Row, ...], pen: Pen) -> list[str]:
    """From, to, open time, counted, total, what the clock did; then whether it adds up to the verdict's seconds."""
    row = measurement.row
    if measurement.is_out_of_order:
        return []
    found = up_to_the_end(pieces(measurement.stretches, breached_at=row["breached_at"]))
    if not found:
        return [f"  {pen.say('clock')}", f"    {pen.say('never_ran')}"]
    zones = {calendar["calendar_id"]: ZoneInfo(calendar["time_zone"]) for calendar in measurement.calendars}
    names = {holder["supplier_id"]: pen.supplier(holder) for holder in measurement.holders}
    table: list[list[str]] = [pen.say("clock_columns").split(";")]
    total = 0
    late_at = row["breached_at"]
    for piece, (is_handed_over, is_retargeted) in zip(found, changes(found), strict=True):
        stretch = piece.stretch
        if is_handed_over:
            holder = stretch["holder_supplier_id"]
            table.append([pen.say("from_here_held", supplier=names.get(holder, holder))])
        if is_retargeted:
            target = "-" if stretch["target_seconds"] is None else duration(stretch["target_seconds"])
            priority = stretch["priority_applied_code"] or "-"
            table.append([pen.say("from_here_target", priority=priority, target=target)])
        if late_at is not None and late_at <= piece.from_at:
            table.append([pen.say("from_here_late", when=pen.when(late_at))])
            late_at = None
        total += piece.counted_seconds
        spans = (piece.open_seconds, piece.counted_seconds, total)
        table.append(
            [pen.when(piece.from_at), pen.when(piece.to_at), *map(duration, spans), _what(piece, events, zones, pen)]
        )
    if late_at is not None:
        table.append([pen.say("from_here_late", when=pen.when(late_at))])
    lines = aligned(table, right=NUMBER_COLUMNS, indent="    ")
    return [f"  {pen.say('clock')}", *lines, f"    {_sum(measurement, total, pen)}"]


def _sum(measurement: Measurement, total: int, pen: Pen) -> str:
    elapsed = measurement.row["elapsed_seconds"]
    said = {"total": duration(total), "seconds": total}
    if elapsed is None:
        return pen.say("not_told", **said)
    return pen.say("adds_up", **said) if elapsed == total else pen.say("does_not_add_up", **said, elapsed=elapsed)


def _what(piece: Piece, events: tuple[Row, ...], zones: dict[str, ZoneInfo], pen: Pen) -> str:
    stretch = piece.stretch
    did = pen.word("clock_state", piece.did)
    days = pen.say("comma").join(_named_day(day, zones, pen) for day in _once_per_day(piece, zones))
    if piece.did in ("closed", "not_published"):
        return pen.say("comma").join(part for part in (did, days) if part)
    if piece.did == "excluded":
        return pen.say(
            "excluded_by",
            did=did,
            id=stretch["exclusion_id"],
            reason=pen.word("exclusion_reason", stretch["exclusion_reason_code"]),
            requester=stretch["exclusion_requested_by"] or "-",
            approver=stretch["exclusion_approved_by"] or "-",
            evidence=stretch["exclusion_evidence"] or "-",
        )
    said = _since(stretch, did, events, pen)
    return pen.say("comma").join(part for part in (said, days) if part)


def _since(stretch: Row, did: str, events: tuple[Row, ...], pen: Pen) -> str:
    state = pen.word("state", stretch["state_code"])
    if stretch["reason_code"]:
        state = pen.say("with_reason", state=state, reason=stretch["reason_code"])
    number = next((event["event_rank"] for event in events if _is_same(event, stretch)), None)
    if number is None:
        return pen.say("since_state", did=did, state=state)
    event = pen.word("event_type", stretch["event_type"])
    if stretch["actor_id"]:
        event = pen.say("comma").join([event, pen.say("by", actor=stretch["actor_id"])])
    source = pen.source(stretch)
    if stretch["is_event_derived"]:
        source = pen.say("semicolon").join([source, derived_bounds(stretch, "event_known", pen)])
    return pen.say("since_event", did=did, state=state, number=number, event=event, source=source)


def _is_same(event: Row, stretch: Row) -> bool:
    names = ("event_at", "event_type", "_delivery_id", "_source_row_number")
    return all(event[name] == stretch[name] for name in names)


def _once_per_day(piece: Piece, zones: dict[str, ZoneInfo]) -> list[Row]:
    return list({_day(day, zones): day for day in reversed(piece.named_days)}.values())[::-1]


def _day(stretch: Row, zones: dict[str, ZoneInfo]) -> str:
    return f"{stretch['from_at'].astimezone(zones[stretch['calendar_id']]):%Y-%m-%d}"


def _named_day(stretch: Row, zones: dict[str, ZoneInfo], pen: Pen) -> str:
    kind = pen.word("day_exception", stretch["day_exception_code"])
    name = pen.words.name(stretch, "day_exception_name") or ""
    return pen.say("named_day", day=_day(stretch, zones), name=name, kind=kind)
