"""Exports of Jira, Zendesk and survey tools, made up in their shapes, through their profiles into a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplier_sla.landing import LandingReport, land_exports
from supplier_sla.landing.outcome import Counts
from tests.conftest import Warehouse
from tests.support.strangers_files import (
    JIRA_COMMENTS,
    JIRA_CSV,
    JIRA_ISSUES,
    QUALTRICS_CSV,
    SURVEYMONKEY_CSV,
    ZENDESK_AUDITS,
    ZENDESK_METRIC_EVENTS,
    ZENDESK_TICKETS,
    jira_search,
    json_objects,
    zendesk_answer,
)

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

FILES = {
    "jira_issues.json": jira_search(JIRA_ISSUES),
    "jira_issues.jsonl": json_objects(JIRA_ISSUES),
    "jira_comments.json": jira_search(JIRA_COMMENTS),
    "jira_issues_1.csv": JIRA_CSV,
    "zendesk_tickets.json": zendesk_answer("tickets", ZENDESK_TICKETS),
    "zendesk_audits.jsonl": json_objects(ZENDESK_AUDITS),
    "zendesk_audits.json": zendesk_answer("audits", ZENDESK_AUDITS),
    "zendesk_metric_events.json": zendesk_answer("ticket_metric_events", ZENDESK_METRIC_EVENTS),
    "qualtrics_1.csv": QUALTRICS_CSV,
    "surveymonkey_1.csv": SURVEYMONKEY_CSV,
}


@pytest.fixture(scope="module")
def landed(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> LandingReport:
    """One night with every file."""
    landing = tmp_path_factory.mktemp("landing")
    for name, content in FILES.items():
        (landing / name).write_bytes(content)
    report = land_exports(module_warehouse.loader_url, landing, as_of=AS_OF, run_id="night")
    assert all(outcome.counts.is_conserved for outcome in report.outcomes)
    return report


@pytest.fixture
def counts(landed: LandingReport) -> dict[tuple[str, str | None], Counts]:
    return {(outcome.relative_path, outcome.entity): outcome.counts for outcome in landed.outcomes}


@pytest.fixture
def raw(landed: LandingReport, module_warehouse: Warehouse) -> Warehouse:
    assert landed.files_refused == 0
    return module_warehouse


def test_every_record_of_every_file_is_accounted_for(counts: dict[tuple[str, str | None], Counts]) -> None:
    assert counts == {
        ("jira_comments.json", "ticket_events"): Counts(2, rows_loaded=2, rows_elsewhere=2),
        ("jira_issues.json", "tickets"): Counts(3, rows_loaded=3),
        # 3 issues, 7 changes, and what held before them: twice the status, once priority and team. Assignee and resolution
        # are changes that nobody asks for.
        ("jira_issues.json", "ticket_events"): Counts(14, rows_loaded=14, rows_elsewhere=4),
        ("jira_issues.jsonl", "tickets"): Counts(3, rows_repeated=3),
        ("jira_issues.jsonl", "ticket_events"): Counts(14, rows_repeated=14, rows_elsewhere=4),
        ("jira_issues_1.csv", "tickets"): Counts(1, rows_loaded=1),
        ("zendesk_tickets.json", "tickets"): Counts(3, rows_loaded=2, rows_quarantined=1),
        ("zendesk_audits.json", "ticket_events"): Counts(7, rows_loaded=7, rows_elsewhere=3),
        ("zendesk_audits.jsonl", "ticket_events"): Counts(7, rows_repeated=7, rows_elsewhere=3),
        ("zendesk_metric_events.json", "ticket_events"): Counts(1, rows_loaded=1, rows_elsewhere=4),
        # 4 responses with 3 questions each; the preview is nobody's answer.
        ("qualtrics_1.csv", "survey_responses"): Counts(9, rows_loaded=7, rows_quarantined=2, rows_elsewhere=3),
        ("surveymonkey_1.csv", "survey_responses"): Counts(3, rows_loaded=3),
    }


def test_objects_without_a_record_are_told(landed: LandingReport) -> None:
    sentences = {(outcome.relative_path, outcome.entity): outcome.sentence for outcome in landed.outcomes}
    assert sentences["jira_comments.json", "ticket_events"].endswith("1 objects without a record")
    assert sentences["zendesk_audits.json", "ticket_events"].endswith("1 objects without a record")
    assert sentences["qualtrics_1.csv", "survey_responses"].endswith("3 lines around the header skipped")


def test_jira_issues_become_tickets(raw: Warehouse) -> None:
    columns = (
        "ticket_id, ticket_type_code, priority_code, state_code, work_centre_id, opened_at, resolved_at, updated_at"
    )
    found = raw.query(f"select {columns} from raw.tickets where ticket_id like 'ITSM%%' order by 1")
    opened = "2026-01-05T10:00:00.000+0100"
    resolved = "2026-01-05T16:00:00.000+0100"
    assert found == [
        ("ITSM-1", "incident", "P3", "resolved", "ITSM", opened, resolved, resolved),
        # A state of the company's own keeps its name.
        ("ITSM-2", "incident", "P3", "Vendor's court", "ITSM", opened, None, opened),
        ("ITSM-3", "incident", "P3", "in_progress", "Field service", opened, None, "2026-01-05T12:00:00.000+0100"),
        ("ITSM-9", "incident", "P1", "waiting_customer", "ITSM", "2026-01-05T09:12:00Z", None, "2026-01-05T13:05:00Z"),
    ]


def test_jira_changes_become_events_and_say_what_held_before_them(raw: Warehouse) -> None:
    found = raw.query(
        "select ticket_id, event_id, substr(event_at, 12, 5), event_type, state_code, priority_code, work_centre_id,"
        " actor_id from raw.ticket_events where ticket_id like 'ITSM%%' and event_number is not null order by 1, event_at, event_number, 2"
    )
    assert found == [
        ("ITSM-1", "103-priority", "10:00", "priority_changed", None, "P4", None, "acc-carla"),
        ("ITSM-1", "11", "10:00", "opened", None, None, None, "acc-carla"),
        ("ITSM-1", "100-status", "10:00", "state_changed", "assigned", None, None, "acc-carla"),
        ("ITSM-1", "100-1", "10:30", "state_changed", "in_progress", None, None, "acc-agent"),
        ("ITSM-1", "101-1", "11:00", "state_changed", "waiting_customer", None, None, "acc-agent"),
        ("ITSM-1", "102-1", "15:00", "state_changed", "in_progress", None, None, "acc-agent"),
        ("ITSM-1", "103-1", "15:30", "priority_changed", None, "P3", None, "acc-agent"),
        ("ITSM-1", "104-2", "16:00", "state_changed", "resolved", None, None, "acc-agent"),
        ("ITSM-2", "12", "10:00", "opened", None, None, None, "acc-carla"),
        ("ITSM-3", "9-Team", "10:00", "work_centre_changed", None, None, "Desk", "acc-carla"),
        ("ITSM-3", "13", "10:00", "opened", None, None, None, "acc-carla"),
        ("ITSM-3", "9-status", "10:00", "state_changed", "new", None, None, "acc-carla"),
        ("ITSM-3", "9-1", "12:00", "work_centre_changed", None, None, "Field service", "acc-agent"),
        ("ITSM-3", "9-2", "12:00", "state_changed", "in_progress", None, None, "acc-agent"),
    ]


def test_jira_comments_that_the_customer_sees_become_events(raw: Warehouse) -> None:
    assert raw.query(
        "select event_id, substr(event_at, 12, 5), event_type from raw.ticket_events"
        " where ticket_id = 'ITSM-1' and event_number is null order by 1"
    ) == [("1", "10:10", "requester_commented"), ("3", "10:20", "commented")]


def test_zendesk_tickets_and_their_history(raw: Warehouse) -> None:
    columns = "ticket_id, ticket_type_code, priority_code, state_code, work_centre_id, updated_at"
    assert raw.query(f"select {columns} from raw.tickets where ticket_id like '3%%' order by 1") == [
        ("35", "incident", "P3", "resolved", "360001", "2026-01-05T15:00:00Z"),
        ("36", "incident", None, "waiting_third_party", None, "2026-01-05T09:00:00Z"),
    ]
    assert raw.query(
        "select event_id, substr(event_at, 12, 5), event_type, state_code, priority_code, work_centre_id"
        " from raw.ticket_events where ticket_id = '35' order by event_at, event_number, length(event_id), 1"
    ) == [
        ("3", "09:00", "priority_changed", None, "P4", None),
        ("4", "09:00", "work_centre_changed", None, None, "360001"),
        ("2", "09:00", "opened", "new", None, None),
        ("7", "10:00", "state_changed", "waiting_customer", None, None),
        ("8", "10:00", "priority_changed", None, "P3", None),
        ("reply_time-3", "10:00", "responded", None, None, None),
        ("9", "14:00", "state_changed", "in_progress", None, None),
        ("10", "15:00", "state_changed", "resolved", None, None),
    ]


def test_answers_become_scores_on_their_scale(raw: Warehouse) -> None:
    assert raw.query(
        "select response_id, question_code, ticket_id, answered_at, score, scale_min, scale_max, _line"
        " from raw.survey_responses order by _delivery_id, _line"
    ) == [
        ("R_1", "Q1", "ITSM-1", "2026-01-06T08:04:01Z", "5", "1", "5", 5_000_011),
        ("R_1", "Q2", "ITSM-1", "2026-01-06T08:04:01Z", "4", "1", "5", 5_000_013),
        ("R_1", "Q_NPS", "ITSM-1", "2026-01-06T08:04:01Z", "10", "0", "10", 5_000_014),
        ("R_2", "Q1", "ITSM-2", "2026-01-06T09:04:01Z", "2", "1", "5", 6_000_011),
        ("R_2", "Q2", "ITSM-2", "2026-01-06T09:04:01Z", None, "1", "5", 6_000_013),
        ("R_2", "Q_NPS", "ITSM-2", "2026-01-06T09:04:01Z", None, "0", "10", 6_000_014),
        ("R_4", "Q_NPS", None, "2026-01-06T11:04:01Z", None, "0", "10", 8_000_014),
        ("118", "How satisfied are you? | Response", "ITSM-1", "2026-01-06T14:03:04Z", "5", "1", "5", 3_000_010),
        ("118", "Please rate | Speed", "ITSM-1", "2026-01-06T14:03:04Z", "4", "1", "5", 3_000_011),
        ("118", "Please rate | Courtesy", "ITSM-1", "2026-01-06T14:03:04Z", None, "1", "5", 3_000_012),
    ]


def test_what_cannot_be_meant_is_in_quarantine_where_it_can_be_found(raw: Warehouse) -> None:
    assert raw.query(
        "select entity, line, column_name, value_found, reason_code from ops.quarantined_row order by 1, 2"
    ) == [
        ("survey_responses", 8_000_011, "score", "splendid", "wrong_type"),
        ("survey_responses", 8_000_013, "score", "6", "score_lies_on_its_scale"),
        ("tickets", 3, "state_code", "snoozed", "unknown_code"),
    ]


def test_people_and_their_texts_stay_out(raw: Warehouse) -> None:
    for entity in ("tickets", "ticket_events", "survey_responses"):
        for text in ("@example.org", "203.0.113", "+49 30", "Hello", "Carla", "quick", "stands still", "call me"):
            found = raw.query(f"select count(*) from raw.{entity} as row where row::text like %s", (f"%{text}%",))
            assert found == [(0,)], f"{text} in {entity}"
    assert raw.query("select _extra->>'fields.labels' from raw.tickets where ticket_id = 'ITSM-1'") == [('["lift"]',)]


def test_a_night_that_brings_the_same_again_changes_nothing(
    raw: Warehouse, tmp_path: Path, landed: LandingReport
) -> None:
    for name, content in FILES.items():
        stem, _, suffix = name.rpartition(".")
        (tmp_path / f"{stem}_again.{suffix}").write_bytes(content + b"\n")
    again = land_exports(raw.loader_url, tmp_path, as_of=AS_OF, run_id="next night")
    assert landed.rows.rows_loaded > 0
    assert again.rows.rows_loaded == 0
