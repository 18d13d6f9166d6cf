"""Stretches are put together for reading without losing a second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from supplier_sla.explain.merging import StretchesTorn, changes, pieces, up_to_the_end
from tests.support.instants import utc

START = utc("2026-01-05 08:00")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def stretch(
    first: float, last: float, state: str = "running", *, is_open: bool | None = True, **values: Any
) -> dict[str, Any]:
    """A row of rpt_ticket_sla_stretch from one hour to another."""
    counts = state == "running" and is_open
    return {
        "from_at": at(first), "to_at": at(last), "clock_state_code": state, "is_open": is_open, "calendar_id": "OFFICE",
        "counted_seconds": None if is_open is None else int((last - first) * 3600) if counts else 0,
        "day_exception_code": None, "day_exception_name": None, "holder_supplier_id": "S1", "priority_applied_code": "p3",
        "service_level_key": "key", "target_seconds": 3600, "exclusion_id": None, "event_at": at(0), "event_type": "opened",
        "_delivery_id": 1, "_source_row_number": 2, **values,
    }  # fmt: skip


def told(*stretches: dict[str, Any], **asked: Any) -> list[tuple]:
    """What the pieces did, in hours: from, to, open, counted."""
    found = pieces(stretches, **asked)
    hours = [((one.from_at - START) / timedelta(hours=1), (one.to_at - START) / timedelta(hours=1)) for one in found]
    return [
        (one.did, *span, one.open_seconds / 3600, one.counted_seconds / 3600)
        for one, span in zip(found, hours, strict=True)
    ]


def test_a_night_cut_at_midnight_is_one_piece() -> None:
    night = [stretch(9, 16, is_open=False), stretch(16, 24, is_open=False), stretch(24, 25)]
    assert told(stretch(0, 9), *night) == [("running", 0, 9, 9, 9), ("closed", 9, 24, 0, 0), ("running", 24, 25, 1, 1)]


def test_a_holiday_is_kept_by_name_inside_the_closed_time() -> None:
    holiday = {"day_exception_code": "holiday", "day_exception_name": "Epiphany"}
    (closed,) = pieces([stretch(0, 9, is_open=False), stretch(9, 33, is_open=False, **holiday)])
    assert [day["day_exception_name"] for day in closed.named_days] == ["Epiphany"]


def test_a_pause_over_night_is_one_piece_with_its_open_time() -> None:
    paused = [stretch(1, 9, "paused"), stretch(9, 24, "paused", is_open=False), stretch(24, 25, "paused")]
    assert told(stretch(0, 1), *paused) == [("running", 0, 1, 1, 1), ("paused", 1, 25, 9, 0)]


def test_two_pauses_with_different_causes_stay_two() -> None:
    assert len(told(stretch(0, 1, "paused"), stretch(1, 2, "paused", _source_row_number=3))) == 2


@pytest.mark.parametrize(
    "change", [{"holder_supplier_id": "S2"}, {"target_seconds": 60}, {"priority_applied_code": "p1"}]
)
@pytest.mark.parametrize("is_open", [True, False])
def test_a_change_of_party_or_target_is_never_hidden(change: dict[str, Any], is_open: bool) -> None:
    found = pieces([stretch(0, 1, is_open=is_open), stretch(1, 2, is_open=is_open, **change)])
    assert len(found) == 2
    assert changes(found) == [(False, False), ("holder_supplier_id" in change, "holder_supplier_id" not in change)]


def test_what_happens_while_the_clock_has_stopped_is_told_when_it_goes_on() -> None:
    waits = [
        stretch(1, 2, "stopped", holder_supplier_id="S2"),
        stretch(2, 3, "stopped", is_open=False, holder_supplier_id="S3", _source_row_number=9),
    ]
    found = pieces([stretch(0, 1), *waits, stretch(3, 4, holder_supplier_id="S3")])
    assert [piece.did for piece in found] == ["running", "stopped", "running"]
    assert changes(found) == [(False, False), (False, False), (True, False)]


def test_the_instant_of_the_breach_cuts_a_running_piece_only() -> None:
    cut = told(stretch(0, 4), stretch(4, 6, "paused"), breached_at=at(1))
    assert cut == [("running", 0, 1, 1, 1), ("running", 1, 4, 3, 3), ("paused", 4, 6, 2, 0)]
    assert len(told(stretch(0, 4), stretch(4, 6, is_open=False), breached_at=at(5))) == 2
    assert len(told(stretch(0, 4), stretch(4, 6, is_open=False), breached_at=at(4))) == 2


def test_what_runs_on_after_the_breach_is_one_piece_per_event() -> None:
    days = [stretch(0, 4), stretch(4, 6, is_open=False), stretch(6, 8), stretch(8, 9, is_open=False), stretch(9, 10)]
    reopened = stretch(10, 11, event_at=at(10), _source_row_number=3)
    assert told(*days, reopened, breached_at=at(7)) == [
        ("running", 0, 4, 4, 4), ("closed", 4, 6, 0, 0), ("running", 6, 7, 1, 1), ("ran_on", 7, 10, 2, 2),
        ("running", 10, 11, 1, 1),
    ]  # fmt: skip
    handed_over = stretch(10, 11, holder_supplier_id="S2")
    assert told(*days, handed_over, breached_at=at(7))[-1] == ("running", 10, 11, 1, 1)


@pytest.mark.parametrize("state", ["stopped", "cancelled"])
def test_a_clock_that_has_stopped_for_good_has_no_further_pieces(state: str) -> None:
    waits = stretch(1, 2, "stopped", event_at=at(1))
    tail = [stretch(3, 4, state, event_at=at(3)), stretch(4, 5, "excluded"), stretch(5, 6, state, event_at=at(3))]
    found = up_to_the_end(pieces([stretch(0, 1), waits, stretch(2, 3), *tail]))
    assert [piece.did for piece in found] == ["running", "stopped", "running"]
    excluded_now = up_to_the_end(pieces([stretch(0, 1), stretch(1, 2, "excluded")]))
    assert [piece.did for piece in excluded_now] == ["running", "excluded"]
    assert up_to_the_end(pieces(tail[:1])) == []


def test_days_without_a_published_calendar_are_named() -> None:
    unknown = [stretch(1, 2, is_open=None), stretch(2, 3, is_open=None)]
    assert told(stretch(0, 1), *unknown, stretch(3, 4), stretch(4, 6, is_open=None)) == [
        ("running", 0, 1, 1, 1), ("not_published", 1, 3, 0, 0), ("running", 3, 4, 1, 1), ("not_published", 4, 6, 0, 0),
    ]  # fmt: skip


def test_without_a_calendar_every_second_is_open() -> None:
    assert told(stretch(0, 4, is_open=None, calendar_id=None, counted_seconds=14_400)) == [("running", 0, 4, 4, 4)]


@pytest.mark.parametrize("second", [stretch(1, 3), stretch(2.5, 3)], ids=["overlap", "gap"])
def test_stretches_that_do_not_follow_each_other_are_a_defect(second: dict[str, Any]) -> None:
    with pytest.raises(StretchesTorn, match="expected each to begin where the one before it ends"):
        told(stretch(0, 2), second)
