"""Logs of Jira and Zendesk through the door, the models and the clock. One build."""

from __future__ import annotations

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import SUPPLIER, register, service_level
from tests.support.strangers_files import (
    JIRA_COMMENTS,
    JIRA_ISSUES,
    ZENDESK_AUDITS,
    ZENDESK_METRIC_EVENTS,
    ZENDESK_TICKETS,
    jira_search,
    json_objects,
    zendesk_answer,
)

HOUR = 3_600

Told = dict[tuple[str, str], tuple[str, int | None, str | None]]


@pytest.fixture(scope="module")
def told(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """By ticket and service level: status, elapsed seconds and the priority that was applied."""
    home = tmp_path_factory.mktemp("home")
    landing = home / "landing"
    landing.mkdir()
    for name, content in {
        "jira_issues.json": jira_search(JIRA_ISSUES),
        "jira_comments.jsonl": json_objects(JIRA_COMMENTS),
        "zendesk_tickets.jsonl": json_objects(ZENDESK_TICKETS),
        "zendesk_audits.json": zendesk_answer("audits", ZENDESK_AUDITS),
        "zendesk_metric_events.jsonl": json_objects(ZENDESK_METRIC_EVENTS),
    }.items():
        (landing / name).write_bytes(content)
    rows = register(
        suppliers=[SUPPLIER],
        work_centres=[
            {"work_centre_id": name, "supplier_id": "S1"} for name in ("ITSM", "Desk", "Field service", "360001")
        ],
        service_levels=[
            service_level("RESOLVED", target_value="150", pause_states="waiting_customer"),
            service_level("UNPAUSED", target_value="150", pause_states=""),
            # A priority of its own until the change, which applies as it was at the start.
            service_level("LOW", target_value="150", pause_states="waiting_customer", priority_code="P4"),
            service_level("ANSWERED", target_value="15", pause_states="", stop_event="commented;responded"),
        ],
    )
    night(module_warehouse, home, rows, utc("2026-01-06 17:00"), marts=["fct_ticket_sla"])
    return {
        (ticket_id, service_level_id): (status_code, elapsed_seconds, priority_code)
        for ticket_id, service_level_id, status_code, elapsed_seconds, priority_code in module_warehouse.query(
            "select ticket_id, service_level_id, status_code, elapsed_seconds, priority_applied_code"
            " from marts.fct_ticket_sla"
        )
    }


@pytest.mark.parametrize("ticket_id", ["ITSM-1", "35"])
def test_waiting_for_the_customer_stops_the_clock(told: Told, ticket_id: str) -> None:
    """Opened at 09:00 UTC, waiting from 10:00 to 14:00, resolved at 15:00."""
    assert told[ticket_id, "RESOLVED"][:2] == ("met", 2 * HOUR)
    assert told[ticket_id, "UNPAUSED"][:2] == ("breached", 6 * HOUR)


@pytest.mark.parametrize("ticket_id", ["ITSM-1", "35"])
def test_the_priority_before_the_first_change_is_known(told: Told, ticket_id: str) -> None:
    assert told[ticket_id, "LOW"] == ("met", 2 * HOUR, "P4")


def test_the_first_answer_that_the_customer_sees_is_the_response(told: Told) -> None:
    assert told["ITSM-1", "ANSWERED"][:2] == ("breached", 20 * 60)
    assert told["35", "ANSWERED"][:2] == ("breached", HOUR)
