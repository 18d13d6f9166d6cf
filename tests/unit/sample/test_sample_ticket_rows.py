"""The ticket row as it follows from a history, on histories written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.sample import SampleOptions
from supplier_sla.sample.contracts import make_contracts
from supplier_sla.sample.exports import ticket_row
from supplier_sla.sample.stories import Event, Story, with_earlier_resolution
from supplier_sla.sample.suppliers import make_suppliers

OPTIONS = SampleOptions(out=Path("out"))
# The service desk's supplier: its tool writes UTC with Z.
CONTRACT = make_contracts(OPTIONS, make_suppliers(OPTIONS))[1]


def story_of(*events: Event) -> Story:
    return Story("INC1", CONTRACT, "incident", "account", "Password expired", "", None, False, "", list(events))


OPENED = Event(0, "opened", priority="P2")
ASSIGNED = Event(60, "assigned", work_centre="WC-0201")
RESOLVED = Event(3600, "resolved")
REOPENED = Event(7200, "reopened")
RESOLVED_AGAIN = Event(10800, "resolved")


@pytest.mark.parametrize(
    ("events", "state", "resolved_at"),
    [
        pytest.param([OPENED], "new", "", id="opened"),
        pytest.param([OPENED, ASSIGNED, RESOLVED], "resolved", "1970-01-01T01:00:00Z", id="resolved"),
        pytest.param([OPENED, ASSIGNED, RESOLVED, REOPENED], "in_progress", "", id="reopened"),
        pytest.param(
            [OPENED, ASSIGNED, RESOLVED, REOPENED, RESOLVED_AGAIN],
            "resolved",
            "1970-01-01T03:00:00Z",
            id="resolved again",
        ),
        pytest.param([OPENED, ASSIGNED, Event(90, "paused")], "on_hold", "", id="paused"),
    ],
)
def test_state_and_resolution_are_those_of_the_last_events(events: list[Event], state: str, resolved_at: str) -> None:
    row = ticket_row(story_of(*events))
    assert row["state_code"] == state
    assert row.get("resolved_at", "") == resolved_at
    assert row["opened_at"] == "1970-01-01T00:00:00Z"


def test_priority_and_work_centre_are_the_current_ones() -> None:
    events = [OPENED, ASSIGNED, Event(70, "priority_changed", priority="P1"), Event(80, "commented")]
    row = ticket_row(story_of(*events, Event(90, "work_centre_changed", work_centre="WC-0202")))
    assert (row["priority_code"], row["work_centre_id"]) == ("P1", "WC-0202")
    assert row["updated_at"] == "1970-01-01T00:01:30Z"


def test_a_corrected_resolution_lies_between_the_event_before_and_the_first_report_of_it() -> None:
    corrected = with_earlier_resolution(story_of(OPENED, ASSIGNED, RESOLVED, Event(9000, "closed")))
    assert [event.at for event in corrected.events] == [0, 60, 1830, 9000]
