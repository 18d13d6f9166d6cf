"""Made-up exports in the shapes that ServiceNow writes: the audit log of incidents, the incident list, the task SLAs."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.export_files import delimited

LOG_HEADER = (
    "number", "incident_state", "active", "reassignment_count", "sys_mod_count", "made_sla", "caller_id", "opened_at",
    "sys_updated_by", "sys_updated_at", "category", "priority", "assignment_group", "resolved_at", "closed_at",
)  # fmt: skip

LogRow = tuple[str, ...]


def log_row(
    number: str,
    mod_count: int,
    state: str,
    updated_at: str,
    *,
    opened_at: str = "5/1/2026 09:00",
    priority: str = "3 - Moderate",
    group: str = "Group 24",
    made_sla: str = "true",
    resolved_at: str = "?",
    closed_at: str = "?",
) -> LogRow:
    """One audited update with the fields of the incident after it; local times as d/m/yyyy HH:MM, `?` for none."""
    active = "false" if state == "Closed" else "true"
    return (
        number, state, active, "0", str(mod_count), made_sla, "Caller 7", opened_at,
        "Updated by 21", updated_at, "Category 55", priority, group, resolved_at, closed_at,
    )  # fmt: skip


def log(rows: Iterable[LogRow]) -> bytes:
    """The audit log as CSV."""
    return delimited(LOG_HEADER, list(rows))


# Two incidents; of the second four updates fall into one minute, one of them into a state that nobody documents.
TWO_INCIDENTS = (
    log_row("INC1", 0, "New", "5/1/2026 09:05"),
    log_row("INC1", 1, "Active", "5/1/2026 09:30", group="?"),
    log_row("INC2", 0, "New", "5/1/2026 10:00", priority="2 - High"),
    log_row("INC2", 1, "-100", "5/1/2026 10:00", priority="2 - High"),
    log_row("INC2", 2, "Awaiting User Info", "5/1/2026 10:00"),
    log_row("INC2", 10, "Active", "5/1/2026 10:00"),
    log_row("INC1", 4, "Resolved", "6/1/2026 11:00", resolved_at="6/1/2026 11:00"),
    log_row(
        "INC1",
        5,
        "Closed",
        "8/1/2026 12:00",
        made_sla="false",
        resolved_at="6/1/2026 11:00",
        closed_at="8/1/2026 12:00",
    ),
)

INCIDENT_LABELS = (
    "Number", "Opened", "Short description", "Caller", "Priority", "State", "Category", "Assignment group",
    "Assigned to", "Updated", "Updates", "Resolved", "Closed", "Made SLA",
)  # fmt: skip
INCIDENT_NAMES = (
    "number", "opened_at", "short_description", "caller_id", "priority", "state", "category", "assignment_group",
    "assigned_to", "sys_updated_on", "sys_mod_count", "resolved_at", "closed_at", "made_sla",
)  # fmt: skip

TASK_SLA_LABELS = (
    "Task", "SLA definition", "Type", "Target", "Stage", "Business time left", "Business elapsed time",
    "Business elapsed percentage", "Start time", "Stop time", "Breach time", "Has breached",
)  # fmt: skip
TASK_SLA_NAMES = (
    "task", "sla", "sla.type", "sla.target", "stage", "business_time_left", "business_duration",
    "business_percentage", "start_time", "end_time", "planned_end_time", "has_breached",
)  # fmt: skip
