"""What ServiceNow's lists export, by their labels and by the names of the columns, as CSV and XLSX: the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplier_sla.landing import LandingReport, land_exports
from tests.conftest import Warehouse
from tests.support.export_files import delimited, workbook
from tests.support.servicenow_files import INCIDENT_LABELS, INCIDENT_NAMES, TASK_SLA_LABELS, TASK_SLA_NAMES

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

INCIDENTS = [
    ["INC1", "2026-01-05 09:12:44", "lift, broken", "Ann", "2 - High", "Closed", "Inquiry", "Network", "Bo",
     "2026-01-09 10:00:00", "7", "2026-01-06 14:02:00", "2026-01-09 10:00:00", "false"],
    ["INC2", "2026-01-06 09:00:00", "", "Ann", "5 - Planning", "In Progress", "", "", "",
     "2026-01-06 10:00:00", "3", "2026-01-06 09:30:00", "", "true"],
    ["INC3", "2026-01-07 09:00:00", "mistake", "Ann", "4 - Low", "Canceled", "Inquiry", "Network", "",
     "2026-01-07 09:30:00", "1", "", "2026-01-07 09:30:00", "true"],
    ["INC4", "2026-01-08 09:00:00", "door", "Ann", "9 - Whatever", "New", "Inquiry", "Network", "",
     "2026-01-08 09:00:00", "0", "", "", "true"],
]  # fmt: skip

# The same by the values that the database holds.
CODES = {"2 - High": "2", "5 - Planning": "5", "4 - Low": "4", "9 - Whatever": "9",
         "Closed": "7", "In Progress": "2", "Canceled": "8", "New": "1"}  # fmt: skip

TICKETS = [
    ("servicenow/INC1", "incident", "Inquiry", "P2", "closed", "Network", "lift, broken", "2026-01-05T09:12:44Z",
     "2026-01-06T14:02:00Z", "2026-01-09T10:00:00Z", None, "breached", "2026-01-09T10:00:00.000007Z"),
    ("servicenow/INC2", "incident", None, "P5", "in_progress", "(no group)", None, "2026-01-06T09:00:00Z",
     None, None, None, None, "2026-01-06T10:00:00.000003Z"),
    ("servicenow/INC3", "incident", "Inquiry", "P4", "cancelled", "Network", "mistake", "2026-01-07T09:00:00Z",
     None, None, "2026-01-07T09:30:00Z", None, "2026-01-07T09:30:00.000001Z"),
]  # fmt: skip

TASK_SLAS = [
    ["INC1", "Resolution P2", "SLA", "Resolution", "Completed", "", "1 Day 4 Hours", "350.0",
     "2026-01-05 09:12:44", "2026-01-06 14:02:00", "2026-01-05 17:12:44", "true"],
    ["INC1", "Response P2", "SLA", "Response", "Completed", "", "5 Minutes", "10.0",
     "2026-01-05 09:12:44", "2026-01-05 09:17:44", "2026-01-05 10:12:44", "false"],
    ["INC2", "Resolution P5", "SLA", "Resolution", "In progress", "3 Hours", "1 Hour", "25.0",
     "2026-01-06 09:00:00", "", "2026-01-06 13:00:00", "false"],
    ["INC2", "Response P5", "SLA", "Response", "Paused", "", "9 Hours", "900.0",
     "2026-01-06 09:00:00", "", "2026-01-06 10:00:00", "true"],
    ["INC3", "Resolution P4", "SLA", "Resolution", "Cancelled", "", "1 Hour", "2.0",
     "2026-01-07 09:00:00", "2026-01-07 09:30:00", "2026-01-09 09:00:00", "true"],
]  # fmt: skip

VERDICTS = [
    ("servicenow/INC1", "Resolution P2", "2026-01-05T09:12:44Z", "breached", "Completed", "2026-01-05T17:12:44Z"),
    ("servicenow/INC1", "Response P2", "2026-01-05T09:12:44Z", "met", "Completed", "2026-01-05T10:12:44Z"),
    ("servicenow/INC2", "Resolution P5", "2026-01-06T09:00:00Z", None, "In progress", "2026-01-06T13:00:00Z"),
    ("servicenow/INC2", "Response P5", "2026-01-06T09:00:00Z", "breached", "Paused", "2026-01-06T10:00:00Z"),
    ("servicenow/INC3", "Resolution P4", "2026-01-07T09:00:00Z", None, "Cancelled", "2026-01-09T09:00:00Z"),
]

Land = Callable[[str, bytes], LandingReport]


@pytest.fixture
def land(module_warehouse: Warehouse, tmp_path: Path) -> Land:
    """Land one file into a warehouse that has seen none."""
    module_warehouse.query(
        "truncate ops.delivery, ops.quarantined_row, ops.slot_delivery, raw.tickets, raw.source_verdicts cascade"
    )

    def land_file(name: str, content: bytes) -> LandingReport:
        (tmp_path / name).write_bytes(content)
        return land_exports(module_warehouse.loader_url, tmp_path, as_of=AS_OF, run_id="night")

    return land_file


def typed(rows: Sequence[Sequence[str]]) -> list[list[object]]:
    """As a workbook holds them: instants as date cells, numbers and truth values as such."""

    def cell(value: str) -> object:
        try:
            return datetime.fromisoformat(value) if len(value) == 19 else int(value)
        except ValueError:
            return {"true": True, "false": False}.get(value, value)

    return [[cell(value) for value in row] for row in rows]


def coded(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[CODES.get(value, value) for value in row] for row in rows]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("incident.csv", lambda: delimited(INCIDENT_LABELS, INCIDENTS), id="labels"),
        pytest.param("incident_2026-02-10.csv", lambda: delimited(INCIDENT_NAMES, coded(INCIDENTS)), id="names"),
        pytest.param("incident.xlsx", lambda: workbook(INCIDENT_LABELS, typed(INCIDENTS)), id="workbook"),
        pytest.param(
            "incident_2026-02-10.xlsx",
            lambda: workbook(INCIDENT_NAMES, typed(coded(INCIDENTS))),
            id="workbook of names",
        ),
    ],
)
def test_the_incident_list_becomes_tickets(
    name: str, content: Callable[[], bytes], module_warehouse: Warehouse, land: Land
) -> None:
    report = land(name, content())
    assert (report.files_delivered, report.rows.rows_loaded, report.rows.rows_quarantined) == (1, 3, 1)
    assert module_warehouse.query(
        "select ticket_key, ticket_type_code, category_code, priority_code, state_code, work_centre_id, title,"
        " opened_at, resolved_at, closed_at, cancelled_at, source_verdict, updated_at from raw.tickets order by 1"
    ) == TICKETS  # fmt: skip
    assert module_warehouse.query("select line, column_name, reason_code from ops.quarantined_row") == [
        (5, "priority_code", "unknown_code")
    ]


def test_a_list_with_few_columns_and_a_state_of_the_old_name_is_read_too(
    module_warehouse: Warehouse, land: Land
) -> None:
    header = ["Number", "Opened", "Priority", "Incident state", "Assignment group"]
    land("incident.csv", delimited(header, [["INC1", "2026-01-05 09:12:44", "1 - Critical", "Awaiting Change", "A"]]))
    assert module_warehouse.query("select state_code, priority_code, resolved_at, updated_at from raw.tickets") == [
        ("Awaiting Change", "P1", None, None)
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("task_sla.csv", lambda: delimited(TASK_SLA_LABELS, TASK_SLAS), id="labels"),
        pytest.param("task_sla_2026-02-10.csv", lambda: delimited(TASK_SLA_NAMES, TASK_SLAS), id="names"),
        pytest.param("task_sla.xlsx", lambda: workbook(TASK_SLA_LABELS, typed(TASK_SLAS)), id="workbook"),
    ],
)
def test_task_slas_become_verdicts_that_are_final_or_missed_already(
    name: str, content: Callable[[], bytes], module_warehouse: Warehouse, land: Land
) -> None:
    report = land(name, content())
    assert (report.rows.rows_loaded, report.rows.rows_quarantined) == (5, 0)
    assert module_warehouse.query(
        "select ticket_key, service_level_id, started_at, source_verdict, stage_code, due_at"
        " from raw.source_verdicts order by 1, 2"
    ) == VERDICTS  # fmt: skip
