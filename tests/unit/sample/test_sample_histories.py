"""What the made-up tickets must be like for a night on them to mean something."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from supplier_sla.sample import SampleResult
from tests.support.sample_files import rows_of

TicketKey = tuple[str, str]


def key_of(row: dict[str, str]) -> TicketKey:
    return row["source_system"], row["ticket_id"]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def newest_tickets(sample: SampleResult, sample_directory: Path) -> dict[TicketKey, dict[str, str]]:
    """Newest version of each ticket before the late corrections."""
    return {key_of(row): row for row in rows_of(sample_directory, "tickets_20??-??.csv")}


@pytest.fixture(scope="module")
def histories(sample: SampleResult, sample_directory: Path) -> dict[TicketKey, list[dict[str, str]]]:
    """Events of each ticket in the order of the files, before the late corrections."""
    events = defaultdict(list)
    for row in rows_of(sample_directory, "ticket_events_20??-??.csv"):
        events[key_of(row)].append(row)
    return events


def test_tickets_add_up_to_the_tickets_asked_for(
    sample: SampleResult, sample_directory: Path, newest_tickets: dict[TicketKey, dict[str, str]]
) -> None:
    cases = rows_of(sample_directory, "boston_311_sample.csv")
    assert len(newest_tickets) + len(cases) == sample.tickets == 150 * 6


def test_every_history_begins_with_opening_is_numbered_without_gaps_and_sorted(
    histories: dict[TicketKey, list[dict[str, str]]],
    newest_tickets: dict[TicketKey, dict[str, str]],
    sample: SampleResult,
) -> None:
    assert histories.keys() == newest_tickets.keys()
    out_of_order = 0
    for key, events in histories.items():
        assert events[0]["event_type"] == "opened", key
        assert [int(event["event_number"]) for event in events] == list(range(1, len(events) + 1)), key
        instants = [instant(event["event_at"]) for event in events]
        assert max(instants) <= sample.as_of, key
        out_of_order += instants != sorted(instants)
    assert out_of_order == sample.odd_tickets["closed_before_opened"] > 0


def test_milestones_on_the_ticket_are_those_of_its_events(
    histories: dict[TicketKey, list[dict[str, str]]], newest_tickets: dict[TicketKey, dict[str, str]]
) -> None:
    for key, ticket in newest_tickets.items():
        at = defaultdict(list)
        for event in histories[key]:
            at[event["event_type"]].append(event["event_at"])
        reopened_last = at["reopened"] and instant(at["reopened"][-1]) >= instant(at["resolved"][-1])
        assert ticket["opened_at"] == at["opened"][0]
        assert ticket["assigned_at"] == (at["assigned"] or [""])[0]
        assert ticket["responded_at"] == (at["responded"] or [""])[0]
        assert ticket["resolved_at"] == ("" if reopened_last else (at["resolved"] or [""])[-1])
        assert ticket["closed_at"] == (at["closed"] or [""])[-1]
        assert ticket["cancelled_at"] == (at["cancelled"] or [""])[-1]


def test_histories_hold_pauses_reopens_reassignments_priority_changes_cancelled_and_open_tickets(
    histories: dict[TicketKey, list[dict[str, str]]], newest_tickets: dict[TicketKey, dict[str, str]]
) -> None:
    types = Counter(event["event_type"] for events in histories.values() for event in events)
    for event_type in ("paused", "resumed", "reopened", "work_centre_changed", "priority_changed", "cancelled"):
        assert types[event_type] >= 5, event_type
    states = Counter(ticket["state_code"] for ticket in newest_tickets.values())
    assert 5 <= sum(states.values()) - states["closed"] - states["cancelled"] <= 60
    waiting = [e for events in histories.values() for e in events if e["state_code"] == "waiting_customer"]
    assert len(waiting) >= 50


def test_odd_tickets_are_as_many_as_reported(
    sample: SampleResult, sample_directory: Path, newest_tickets: dict[TicketKey, dict[str, str]]
) -> None:
    mapped = {row["work_centre_id"] for row in rows_of(sample_directory, "work_centres.csv")}
    unmapped = [key for key, ticket in newest_tickets.items() if ticket["work_centre_id"] not in mapped]
    without_priority = [key for key, ticket in newest_tickets.items() if not ticket["priority_code"]]
    assert len(unmapped) == sample.odd_tickets["unmapped_work_centre"] > 0
    assert len(without_priority) == sample.odd_tickets["without_priority"] > 0


def test_two_tools_use_the_same_ticket_number(newest_tickets: dict[TicketKey, dict[str, str]]) -> None:
    systems = defaultdict(set)
    for source_system, ticket_id in newest_tickets:
        systems[ticket_id].add(source_system)
    assert any(len(tools) > 1 for tools in systems.values())


def test_open_tickets_come_again_in_the_next_export_with_a_newer_version(
    sample: SampleResult, sample_directory: Path
) -> None:
    first, second = (rows_of(sample_directory, f"tickets_{month}.csv") for month in ("2025-10", "2025-11"))
    first_versions = {key_of(row): instant(row["updated_at"]) for row in first}
    again = [row for row in second if key_of(row) in first_versions]
    assert again
    assert all(instant(row["updated_at"]) > first_versions[key_of(row)] for row in again)


def test_late_files_correct_delivered_tickets_and_their_events(
    sample: SampleResult,
    sample_directory: Path,
    newest_tickets: dict[TicketKey, dict[str, str]],
    histories: dict[TicketKey, list[dict[str, str]]],
) -> None:
    late_tickets = rows_of(sample_directory, "tickets_*_late.csv")
    late_events = {key_of(row): row for row in rows_of(sample_directory, "ticket_events_*_late.csv")}
    assert len(late_tickets) == len(late_events) == 6
    for ticket in late_tickets:
        before = newest_tickets[key_of(ticket)]
        event = late_events[key_of(ticket)]
        assert ticket["resolved_at"] == event["event_at"]
        assert instant(before["updated_at"]) < instant(ticket["updated_at"]) < sample.as_of
        assert instant(event["event_at"]) < instant(before["resolved_at"])
        assert event["event_id"] in {earlier["event_id"] for earlier in histories[key_of(ticket)]}


def test_only_the_tiny_supplier_has_too_few_tickets_for_its_attainment_to_mean_something(
    sample: SampleResult, sample_directory: Path, newest_tickets: dict[TicketKey, dict[str, str]]
) -> None:
    suppliers = {row["work_centre_id"]: row["supplier_id"] for row in rows_of(sample_directory, "work_centres.csv")}
    tickets: Counter[str] = Counter()
    for ticket in newest_tickets.values():
        tickets[suppliers.get(ticket["work_centre_id"], "")] += 1
    assert 6 <= tickets["SUP-05"] <= 18
    for supplier_id in ("SUP-01", "SUP-02", "SUP-03", "SUP-04"):
        assert tickets[supplier_id] >= 25 * 6


def test_tickets_are_opened_on_the_nights_the_clocks_change(newest_tickets: dict[TicketKey, dict[str, str]]) -> None:
    opened = {ticket["opened_at"] for ticket in newest_tickets.values() if ticket["source_system"] == "fieldops"}
    assert any(text.startswith("2025-10-26T0") for text in opened)
    assert any(text.startswith("2026-03-29T0") for text in opened)


def test_survey_answers_belong_to_tickets_or_name_their_supplier(
    sample_directory: Path, newest_tickets: dict[TicketKey, dict[str, str]]
) -> None:
    answers = rows_of(sample_directory, "survey_responses_20??-??.csv")
    for answer in answers:
        if answer["ticket_id"]:
            assert (answer["ticket_source_system"], answer["ticket_id"]) in newest_tickets
        else:
            assert answer["supplier_id"]
    assert any(not answer["score"] for answer in answers)
    assert {(answer["scale_min"], answer["scale_max"]) for answer in answers} == {("1", "5"), ("0", "10")}
    keys = Counter((answer["response_id"], answer["question_code"]) for answer in answers)
    assert max(keys.values()) == 1
