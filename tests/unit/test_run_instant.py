"""For which instant a run is computed: parameter, then newest event, then interval, never the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from supplier_sla.instant import InstantInvalid, parse_instant
from supplier_sla.orchestration.run_instant import RunInstantMissing, as_of_of

INSTANT = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)


def context(as_of: str | None = None, events: dict[str, list[Any]] | None = None, end: datetime | None = None) -> dict:
    return {
        "params": {"as_of": as_of},
        "triggering_asset_events": events,
        "dag_run": SimpleNamespace(run_id="run 1", data_interval_end=end),
    }


def event(minutes: int, as_of: datetime | None) -> SimpleNamespace:
    return SimpleNamespace(
        timestamp=INSTANT + timedelta(minutes=minutes), extra={"as_of": as_of.isoformat()} if as_of else None
    )


def test_the_parameter_comes_first() -> None:
    other = INSTANT + timedelta(days=1)
    assert as_of_of(context("2026-02-10T22:54:00Z", {"a": [event(1, other)]}, other)) == INSTANT


def test_of_several_asset_events_the_newest_speaks_whatever_instant_it_carries() -> None:
    events = {"a": [event(1, INSTANT + timedelta(days=9)), event(3, INSTANT)], "b": [event(2, INSTANT), event(4, None)]}
    assert as_of_of(context(events=events, end=INSTANT + timedelta(days=1))) == INSTANT


@pytest.mark.parametrize("events", [None, {}, {"a": []}, {"a": [event(1, None)]}])
def test_without_event_it_is_the_end_of_the_interval(events: dict | None) -> None:
    assert as_of_of(context(events=events, end=INSTANT)) == INSTANT


def test_a_run_that_says_nothing_is_an_error_that_names_it() -> None:
    with pytest.raises(RunInstantMissing, match=r"run 1.*next: trigger the run with"):
        as_of_of(context())


@pytest.mark.parametrize("text", ["2026-02-10T22:54:00", "yesterday", "2026-02-30T00:00:00Z", ""])
def test_an_instant_without_offset_or_sense_is_refused(text: str) -> None:
    with pytest.raises(InstantInvalid, match="offset"):
        parse_instant(text)


def test_offsets_name_the_same_instant() -> None:
    assert parse_instant("2026-02-11T06:54:00+08:00") == INSTANT == parse_instant("2026-02-10T22:54:00Z")
