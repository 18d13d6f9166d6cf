"""The made-up company shows each kind of term where a vendor manager would look for it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from supplier_sla.sample import SampleOptions, SampleResult, generate
from tests.support.sample_files import rows_of

Row = dict[str, str]


@pytest.fixture(scope="module")
def levels(sample: SampleResult, sample_directory: Path) -> list[Row]:
    return rows_of(sample_directory, "service_levels.csv")


@pytest.fixture(scope="module")
def supplier_of(sample: SampleResult, sample_directory: Path) -> dict[str, str]:
    return {row["work_centre_id"]: row["supplier_id"] for row in rows_of(sample_directory, "work_centres.csv")}


@pytest.fixture(scope="module")
def histories(sample: SampleResult, sample_directory: Path) -> dict[str, list[Row]]:
    """Events of the service desk's tickets in the order of the files."""
    events = defaultdict(list)
    for row in rows_of(sample_directory, "ticket_events_20??-??.csv"):
        if row["source_system"] == "servicedesk":
            events[row["ticket_id"]].append(row)
    return events


@pytest.mark.parametrize(
    "terms",
    [
        {"start_event": "opened;commented", "stop_event": "commented;resolved", "reopen_policy": "new_cycle"},
        {"target_unit": "working_days", "count_from": "opened", "start_event": "assigned"},
        {"priority_change_policy": "retarget", "handover_policy": "holder_at_breach"},
        {"pause_reasons": "awaiting_reply;awaiting_access;customer_absent"},
    ],
    ids=" ".join,
)
def test_some_service_level_has_the_terms(terms: Row, levels: list[Row]) -> None:
    assert [level for level in levels if terms.items() <= level.items()]


def test_a_retargeted_level_has_a_row_for_each_priority(levels: list[Row]) -> None:
    priorities = defaultdict(set)
    for level in levels:
        if level["priority_change_policy"] == "retarget":
            priorities[level["service_level_id"]].add(level["priority_code"])
    assert set(map(frozenset, priorities.values())) == {frozenset({"P1", "P2", "P3", "P4"})}


def test_supplier_and_requester_write_updates_during_long_work(histories: dict[str, list[Row]]) -> None:
    updated = [
        (first["event_type"], second["event_type"])
        for events in histories.values()
        for first, second in pairwise(events)
        if second["event_type"] == "commented"
    ]
    assert updated.count(("requester_commented", "commented")) > 30


def test_some_tickets_of_the_desk_are_handed_to_the_supplier_of_the_network(
    histories: dict[str, list[Row]], sample_directory: Path, supplier_of: dict[str, str]
) -> None:
    tickets = rows_of(sample_directory, "tickets_20??-??.csv")
    named = {row["ticket_id"]: row["contract_id"] for row in tickets if row["source_system"] == "servicedesk"}
    handed_over = []
    for ticket_id, events in histories.items():
        holders = [supplier_of[row["work_centre_id"]] for row in events if row["work_centre_id"] in supplier_of]
        if len(set(holders)) > 1:
            assert (holders[0], holders[-1], named[ticket_id]) == ("SUP-02", "SUP-03", ""), ticket_id
            handed_over.append(ticket_id)
    assert len(handed_over) >= 3


def test_a_window_and_a_ticket_are_excluded_with_approval_and_one_ticket_without(
    sample: SampleResult, sample_directory: Path
) -> None:
    tickets = {(row["source_system"], row["ticket_id"]) for row in rows_of(sample_directory, "tickets_*.csv")}
    contracts = {row["contract_id"] for row in rows_of(sample_directory, "contracts.csv")}
    window, excused, asked_for = rows_of(sample_directory, "exclusions.csv")
    begins, ends = (datetime.fromisoformat(window[name]) for name in ("excluded_from", "excluded_to"))
    assert (ends - begins, begins.date().weekday(), window["ticket_id"]) == (timedelta(hours=4), 5, "")
    for row in (excused, asked_for):
        assert (row["source_system"], row["ticket_id"]) in tickets
        assert row["excluded_from"] == row["excluded_to"] == ""
    assert all(row["contract_id"] in contracts for row in (window, excused, asked_for))
    assert window["approved_by"] and excused["approved_by"] and not asked_for["approved_by"]
    assert all(datetime.fromisoformat(row["decided_at"]) < sample.as_of for row in (window, excused))


def test_a_company_too_small_for_them_has_no_exclusions(tmp_path: Path) -> None:
    generate(SampleOptions(out=tmp_path, suppliers=2, months=1, tickets_per_month=1))
    assert rows_of(tmp_path, "exclusions.csv") == []
