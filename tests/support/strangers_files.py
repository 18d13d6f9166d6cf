"""Made-up exports in the shapes in which Jira, Zendesk, Qualtrics and SurveyMonkey deliver them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]


def _account(name: str, kind: str = "atlassian") -> Json:
    return {"accountId": f"acc-{name}", "displayName": name, "emailAddress": f"{name}@example.org", "accountType": kind}


def jira_change(number: int, at: str, *items: tuple[str, str | None, str | None], author: str = "agent") -> Json:
    """One entry of a changelog: field, what it was, what it is."""
    return {
        "id": str(number),
        "author": _account(author),
        "created": at,
        "items": [
            {
                "field": name,
                "fieldtype": "jira",
                "fieldId": name,
                "from": "1",
                "fromString": old,
                "to": "2",
                "toString": new,
            }
            for name, old, new in items
        ],
    }


def jira_issue(key: str, created: str, status: str, *changes: Json, **fields: Any) -> Json:
    """One issue of a search with expand=changelog, the newest change first as the cloud has it."""
    return {
        "expand": "renderedFields,names",
        "id": "1" + key.rpartition("-")[2],
        "self": f"https://example.atlassian.net/rest/api/2/issue/{key}",
        "key": key,
        "fields": {
            "summary": f"Summary of {key}",
            "issuetype": {"name": "[System] Incident", "subtask": False},
            "project": {"key": key.partition("-")[0], "name": "Service desk"},
            "priority": {"name": "Medium", "id": "3"},
            "status": {"name": status, "statusCategory": {"key": "indeterminate"}},
            "created": created,
            "updated": changes[-1]["created"] if changes else created,
            "resolutiondate": None,
            "reporter": _account("carla", "customer"),
            "creator": _account("carla", "customer"),
            "assignee": None,
            "description": "The lift stands still, call me: +49 30 1234567",
            "labels": ["lift"],
            "customfield_10001": None,
            **fields,
        },
        "changelog": {
            "startAt": 0,
            "maxResults": len(changes),
            "total": len(changes),
            "histories": [*reversed(changes)],
        },
    }


def jira_search(issues: Sequence[Json]) -> bytes:
    """One answer of the search."""
    return json.dumps({"expand": "schema", "startAt": 0, "total": len(issues), "issues": issues}, indent=1).encode()


def json_objects(objects: Iterable[Json]) -> bytes:
    """JSON Lines."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in objects).encode()


JIRA_ISSUES = [
    jira_issue(
        "ITSM-1",
        "2026-01-05T10:00:00.000+0100",
        "Resolved",
        jira_change(100, "2026-01-05T10:30:00.000+0100", ("status", "Waiting for support", "In Progress")),
        jira_change(
            101,
            "2026-01-05T11:00:00.000+0100",
            ("status", "In Progress", "Waiting for customer"),
            ("assignee", None, "Anna Agent"),
        ),
        jira_change(102, "2026-01-05T15:00:00.000+0100", ("status", "Waiting for customer", "In Progress")),
        jira_change(103, "2026-01-05T15:30:00.000+0100", ("priority", "Low", "Medium")),
        jira_change(
            104, "2026-01-05T16:00:00.000+0100", ("resolution", None, "Done"), ("status", "In Progress", "Resolved")
        ),
        resolutiondate="2026-01-05T16:00:00.000+0100",
    ),
    jira_issue("ITSM-2", "2026-01-05T10:00:00.000+0100", "Vendor's court"),
    jira_issue(
        "ITSM-3",
        "2026-01-05T10:00:00.000+0100",
        "In Progress",
        jira_change(
            9, "2026-01-05T12:00:00.000+0100", ("Team", "Desk", "Field service"), ("status", "Open", "In Progress")
        ),
        customfield_10001={"id": "t-2", "name": "Field service"},
    ),
]

JIRA_COMMENTS = [
    {
        "key": "ITSM-1",
        "fields": {
            "comment": {
                "comments": [
                    {
                        "id": str(number),
                        "author": _account(f"person{number}", kind),
                        "body": "Hello",
                        "created": f"2026-01-05T10:{minute}:00.000+0100",
                        "jsdPublic": is_public,
                    }
                    for number, kind, minute, is_public in (
                        (1, "customer", 10, True),
                        (2, "atlassian", 15, False),
                        (3, "atlassian", 20, True),
                        (4, "app", 25, True),
                    )
                ],
                "total": 4,
            }
        },
    },
    {"key": "ITSM-2", "fields": {"comment": {"comments": [], "total": 0}}},
]


def zendesk_event(number: int, kind: str, field_name: str, value: str | None, before: str | None = None) -> Json:
    """One event of an audit."""
    previous = {"previous_value": before} if kind == "Change" else {}
    return {"id": number, "type": kind, "field_name": field_name, "value": value, **previous}


def zendesk_audit(number: int, ticket_id: int, at: str, *events: Json) -> Json:
    """One update of a ticket."""
    return {
        "id": number,
        "ticket_id": ticket_id,
        "created_at": at,
        "author_id": 7,
        "metadata": {"system": {"client": "Browser", "ip_address": "203.0.113.7"}, "custom": {}},
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
        "events": list(events),
    }


def zendesk_ticket(number: int, created: str, status: str, **changes: Any) -> Json:
    """One ticket."""
    return {
        "url": f"https://example.zendesk.com/api/v2/tickets/{number}.json",
        "id": number,
        "external_id": None,
        "via": {"channel": "email", "source": {"from": {"address": "carla@example.org"}}},
        "created_at": created,
        "updated_at": created,
        "type": "incident",
        "subject": f"Ticket {number}",
        "description": "Please call me",
        "priority": "normal",
        "status": status,
        "requester_id": 20978392,
        "assignee_id": None,
        "group_id": 360001,
        "tags": ["lift"],
        "custom_fields": [{"id": 27642, "value": "745"}],
        "satisfaction_rating": {"score": "offered"},
        **changes,
    }


ZENDESK_TICKETS = [
    zendesk_ticket(35, "2026-01-05T09:00:00Z", "solved", updated_at="2026-01-05T15:00:00Z"),
    zendesk_ticket(36, "2026-01-05T09:00:00Z", "hold", priority=None, group_id=None),
    zendesk_ticket(37, "2026-01-05T09:00:00Z", "snoozed"),
]

ZENDESK_AUDITS = [
    zendesk_audit(
        1000,
        35,
        "2026-01-05T09:00:00Z",
        {"id": 1, "type": "Comment", "author_id": 20978392, "body": "The lift stands still", "public": True},
        zendesk_event(2, "Create", "status", "new"),
        zendesk_event(3, "Create", "priority", "low"),
        zendesk_event(4, "Create", "group_id", "360001"),
        zendesk_event(5, "Create", "subject", "Ticket 35"),
        {"id": 6, "type": "Notification", "subject": "Received", "body": "…", "recipients": [7]},
    ),
    zendesk_audit(
        1001,
        35,
        "2026-01-05T10:00:00Z",
        zendesk_event(7, "Change", "status", "pending", "new"),
        zendesk_event(8, "Change", "priority", "normal", "low"),
    ),
    zendesk_audit(1002, 35, "2026-01-05T14:00:00Z", zendesk_event(9, "Change", "status", "open", "pending")),
    zendesk_audit(1003, 35, "2026-01-05T15:00:00Z", zendesk_event(10, "Change", "status", "solved", "open")),
    zendesk_audit(1004, 36, "2026-01-05T15:00:00Z"),
]

ZENDESK_METRIC_EVENTS = [
    {"id": number, "ticket_id": 35, "metric": metric, "instance_id": instance, "type": kind, "time": at}
    for number, metric, instance, kind, at in (
        (1, "reply_time", 1, "activate", "2026-01-05T09:00:00Z"),
        (2, "agent_work_time", 1, "activate", "2026-01-05T09:00:00Z"),
        (3, "reply_time", 1, "fulfill", "2026-01-05T10:00:00Z"),
        (4, "agent_work_time", 1, "pause", "2026-01-05T10:00:00Z"),
        (5, "reply_time", 2, "fulfill", "2026-01-05T14:30:00Z"),
    )
]


def zendesk_answer(name: str, objects: Sequence[Json]) -> bytes:
    """One answer of the API, with users beside it as it may carry them."""
    users = [{"id": 7, "name": "Agent [7]", "email": "agent@example.org"}]
    return json.dumps({"users": users, name: objects, "count": len(objects), "next_page": None}).encode()


def table(*rows: Sequence[str]) -> bytes:
    """CSV as these tools write it."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


JIRA_CSV = table(
    [
        "Summary",
        "Issue key",
        "Issue id",
        "Issue Type",
        "Status",
        "Project key",
        "Priority",
        "Assignee",
        "Created",
        "Updated",
        "Resolved",
        "Labels",
        "Labels",
        "Custom field (Team)",
        "Comment",
        "Comment",
    ],
    [
        "Lift",
        "ITSM-9",
        "10009",
        "[System] Incident",
        "Waiting for customer",
        "ITSM",
        "Highest",
        "Anna",
        "05/Jan/26 9:12 AM",
        "05/Jan/26 1:05 PM",
        "",
        "lift",
        "broken",
        "",
        "05/Jan/26 9:20 AM;acc-1;Hello",
        "",
    ],
)

QUALTRICS_CSV = table(
    [
        "StartDate",
        "EndDate",
        "Status",
        "IPAddress",
        "Progress",
        "Finished",
        "RecordedDate",
        "ResponseId",
        "RecipientEmail",
        "UserLanguage",
        "Q1",
        "Q1_TEXT",
        "Q2",
        "Q_NPS",
        "Q_NPS_NPS_GROUP",
        "ticket_id",
    ],
    [
        "Start Date",
        "End Date",
        "Response Type",
        "IP Address",
        "Progress",
        "Finished",
        "Recorded Date",
        "Response ID",
        "Recipient Email",
        "User Language",
        "How satisfied,\noverall?",
        "Why?",
        "Speed",
        "Recommend?",
        "Group",
        "ticket_id",
    ],
    [f'{{"ImportId":"{name}","timeZone":"UTC"}}' for name in ("startDate", "endDate")]
    + [f'{{"ImportId":"{name}"}}' for name in ("status", "ipAddress", "progress", "finished")]
    + ['{"ImportId":"recordedDate","timeZone":"UTC"}', '{"ImportId":"_recordId"}']
    + [f'{{"ImportId":"QID{number}"}}' for number in range(8)],
    [
        "2026-01-06 08:00:00",
        "2026-01-06 08:04:00",
        "IP Address",
        "203.0.113.9",
        "100",
        "True",
        "2026-01-06 08:04:01",
        "R_1",
        "carla@example.org",
        "EN",
        "Very satisfied",
        "quick",
        "4",
        "10",
        "Promoter",
        "ITSM-1",
    ],
    [
        "2026-01-06 09:00:00",
        "2026-01-06 09:04:00",
        "IP Address",
        "",
        "60",
        "False",
        "2026-01-06 09:04:01",
        "R_2",
        "",
        "ZH-S",
        "不满意",
        "",
        "",
        "",
        "",
        "ITSM-2",
    ],
    [
        "2026-01-06 10:00:00",
        "2026-01-06 10:04:00",
        "Survey Preview",
        "",
        "100",
        "True",
        "2026-01-06 10:04:01",
        "R_3",
        "",
        "EN",
        "Very satisfied",
        "",
        "5",
        "10",
        "Promoter",
        "",
    ],
    [
        "2026-01-06 11:00:00",
        "2026-01-06 11:04:00",
        "IP Address",
        "",
        "100",
        "True",
        "2026-01-06 11:04:01",
        "R_4",
        "",
        "EN",
        "splendid",
        "",
        "6",
        "-99",
        "",
        "",
    ],
)

SURVEYMONKEY_CSV = table(
    [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "IP Address",
        "Email Address",
        "First Name",
        "Last Name",
        "Custom Data 1",
        "How satisfied are you?",
        "Please rate",
        "",
        "What could we do better?",
    ],
    [*[""] * 9, "Response", "Speed", "Courtesy", "Open-Ended Response"],
    [
        "118",
        "4",
        "01/06/2026 08:00:00 AM",
        "01/06/2026 02:03:04 PM",
        "203.0.113.9",
        "c@example.org",
        "Carla",
        "C",
        "ITSM-1",
        "Very Satisfied",
        "Good",
        "",
        "Nothing",
    ],
)
