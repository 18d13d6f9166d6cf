"""The verdict of one measurement in words: when it started, was due and stopped, what was counted, who answers."""

from __future__ import annotations

from datetime import datetime

from supplier_sla.explain.clock import Measurement
from supplier_sla.explain.derived_text import derived_summary
from supplier_sla.explain.layout import Fact, Pen, percent
from supplier_sla.explain.moments import duration
from supplier_sla.explain.ticket import Row


def status_in_words(row: Row, pen: Pen) -> str:
    """Status and, where there is one, its reason."""
    status = pen.word("status", row["status_code"])
    if row["status_reason_code"] is None:
        return status
    return pen.say("verdict_because", status=status, reason=pen.word("status_reason", row["status_reason_code"]))


def verdict_facts(measurement: Measurement, events: tuple[Row, ...], pen: Pen) -> list[Fact]:
    """Everything the verdict rests on."""
    row = measurement.row
    return [
        (pen.say("verdict"), status_in_words(row, pen)),
        (pen.say("started"), _start(row, events, pen)),
        (pen.say("due"), None if _has_no_end(measurement) else _due(row, pen)),
        (pen.say("breached"), pen.when(row["breached_at"]) if row["breached_at"] else None),
        (pen.say("stopped"), None if _has_no_end(measurement) else _stop(row, events, pen)),
        (pen.say("elapsed"), _elapsed(row, pen)),
        (pen.say("derived"), derived_summary(_read_by_the_clock(row, events), pen)),
        (pen.say("exclusions"), [_exclusion(one, pen) for one in _that_touch(measurement)] or None),
        (pen.say("held"), _held(measurement, pen)),
        (pen.say("answers"), _answers(measurement, pen)),
        (pen.say("tool_verdict"), _tool(row, pen)),
    ]


def _has_no_end(measurement: Measurement) -> bool:
    """Out of order or withdrawn: nothing is due, and that it has not stopped would mislead."""
    return measurement.is_out_of_order or measurement.row["status_reason_code"] == "cancelled"


def _read_by_the_clock(row: Row, events: tuple[Row, ...]) -> list[Row]:
    """Events from the one that started the clock to the one that ended it, else to the night."""
    if row["start_rank"] is None:
        return []
    last = row["end_rank"] or len(events)
    return [event for event in events if row["start_rank"] <= event["event_rank"] <= last]


def _that_touch(measurement: Measurement) -> list[Row]:
    """Whole ones, and windows that begin before the clock had stopped for good."""
    return [
        one
        for one in measurement.exclusions
        if one["is_whole"] or one["excluded_from"] is None or one["excluded_from"] < measurement.ends_at
    ]


def _start(row: Row, events: tuple[Row, ...], pen: Pen) -> str:
    if row["started_at"] is None:
        return pen.say("started_not")
    when = pen.when(row["started_at"])
    started_by = _event(events, row["start_rank"])
    attached_by = _event(events, row["attached_rank"])
    if attached_by and started_by and row["cycle_number"] == 1 and row["attached_rank"] > row["start_rank"]:
        return pen.say("applied_by", when=when, **_numbered(attached_by, pen))
    return pen.say("at_event", when=when, **_numbered(started_by, pen)) if started_by else when


def _stop(row: Row, events: tuple[Row, ...], pen: Pen) -> str | None:
    if row["started_at"] is None:
        return None
    if row["stopped_at"] is None:
        return pen.say("stopped_not")
    stopped_by = _event(events, row["end_rank"]) or _change_at(events, row["stopped_at"])
    when = pen.when(row["stopped_at"])
    return pen.say("at_event", when=when, **_numbered(stopped_by, pen)) if stopped_by else when


def _event(events: tuple[Row, ...], rank: int | None) -> Row | None:
    return next((event for event in events if event["event_rank"] == rank), None)


def _change_at(events: tuple[Row, ...], moment: datetime) -> Row | None:
    """The event of that second that changed the state, else the first of that second."""
    of_second = [event for event in events if event["event_at"].replace(microsecond=0) == moment]
    changed = [event for event in of_second if event["state_code"] != event["state_before_code"]]
    return next(iter([*changed, *of_second]), None)


def _numbered(event: Row, pen: Pen) -> dict[str, object]:
    return {"number": event["event_rank"], "event": pen.word("event_type", event["event_type"])}


def _due(row: Row, pen: Pen) -> str | None:
    if row["started_at"] is None:
        return None
    if row["due_at"] is None:
        return pen.say("due_untold")
    when = pen.when(row["due_at"])
    if row["status_code"] in ("running", "paused"):
        return pen.say("due_from_now", when=when)
    is_past = row["elapsed_seconds"] is None or row["elapsed_seconds"] >= (row["target_seconds"] or 0)
    return when if is_past else pen.say("due_if_on", when=when)


def _elapsed(row: Row, pen: Pen) -> str:
    if row["elapsed_seconds"] is None:
        return pen.say("elapsed_untold")
    if row["target_seconds"] is None:
        return duration(row["elapsed_seconds"])
    rest = row["remaining_seconds"]
    difference = pen.say("over" if rest < 0 else "left", duration=duration(abs(rest)))
    spans = {"elapsed": duration(row["elapsed_seconds"]), "target": duration(row["target_seconds"])}
    if row["target_used_ratio"] is None:
        return pen.say("of_zero_target", **spans, difference=difference)
    return pen.say("of_target", **spans, percent=percent(row["target_used_ratio"]), difference=difference)


def _exclusion(exclusion: Row, pen: Pen) -> str:
    if exclusion["is_whole"]:
        window = pen.say("exclusion_whole")
    else:
        ends = (exclusion["excluded_from"], exclusion["excluded_to"])
        first, last = (pen.when(end) if end else pen.say("open_end") for end in ends)
        is_excusing = exclusion["window_effect"] == "excuses_tickets"
        window = pen.say("exclusion_of_starts" if is_excusing else "exclusion_window", first=first, last=last)
    return pen.say(
        "exclusion",
        id=exclusion["exclusion_id"],
        reason=pen.word("exclusion_reason", exclusion["reason_code"]),
        window=window,
        requester=exclusion["requested_by"] or "-",
        approver=exclusion["approved_by"] or "-",
        decided=pen.when(exclusion["decided_at"]) if exclusion["decided_at"] else "-",
        evidence=exclusion["evidence"] or "-",
        source=pen.source(exclusion),
    )


def _held(measurement: Measurement, pen: Pen) -> str | None:
    holders = measurement.holders
    if not holders:
        return None
    parts = pen.say("comma").join(
        pen.say("held_for", supplier=pen.supplier(holder), duration=duration(holder["held_seconds"] or 0))
        for holder in holders
    )
    if len(holders) == 1:
        return parts
    return pen.say("held_sum", parts=parts, total=duration(sum(holder["held_seconds"] or 0 for holder in holders)))


def _answers(measurement: Measurement, pen: Pen) -> str | None:
    row = measurement.row
    share = row["borne_share"]
    if share is None:
        return None
    contracted = pen.supplier(row)
    if share == 1:
        return pen.say("answers_whole", supplier=contracted)
    if share > 0:
        return pen.say("answers_share", supplier=contracted, percent=percent(share))
    if row["bearer_supplier_id"] is None:
        return pen.say("answers_none")
    names = {holder["supplier_id"]: pen.supplier(holder) for holder in measurement.holders}
    bearer = names.get(row["bearer_supplier_id"], row["bearer_supplier_id"])
    return pen.say("answers_other", other=bearer, supplier=contracted)


def _tool(row: Row, pen: Pen) -> str | None:
    """The tool judges the ticket as a whole: only levels of which it can have spoken are compared."""
    if row["source_verdict_code"] is None:
        return None
    verdict = pen.word("verdict", row["source_verdict_code"])
    if row["is_agreed"] is None:
        return pen.say("tool_silent", verdict=verdict)
    if row["is_agreed"]:
        return pen.say("tool_agrees", verdict=verdict)
    reason = pen.word("verdict_difference", row["difference_reason_code"])
    return pen.say("tool_differs", verdict=verdict, reason=reason)
