"""One file that feeds several entities, against a real PostgreSQL: each a delivery of its own, the file counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.landing import LandingReport, folder, land_exports
from supplier_sla.landing.outcome import Counts
from supplier_sla.landing.personal.values import KEEP_EVERYTHING
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.night.summary import FilesSeen, _deliveries
from supplier_sla.preview import unsaved_landing
from tests.conftest import Warehouse
from tests.support.export_files import delimited
from tests.support.servicenow_files import LOG_HEADER, TWO_INCIDENTS, log, log_row

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

# A list of everything: tickets and what people said of them, told apart by a column.
MIXED = {
    "name": "helpdesk",
    "description": "All records of the help desk in one list.",
    "files": [
        {
            "pattern": "hd_*.csv",
            "entity": "tickets",
            "where": {"kind": ["ticket"]},
            "columns": {"ticket_id": "no", "opened_at": "at", "title": "text"},
        },
        {
            "pattern": "hd_*.csv",
            "entity": "complaints",
            "where": {"kind": ["complaint"]},
            "columns": {"complaint_id": "no", "complained_at": "at", "supplier_id": "about", "complaint_text": "text"},
        },
    ],
}

Land = Callable[..., LandingReport]


@pytest.fixture
def land(module_warehouse: Warehouse, landing: Path) -> Iterator[Land]:
    """Land the folder as one night; whatever the test is about, every delivery conserves its rows."""
    module_warehouse.query(
        "truncate ops.delivery, ops.quarantined_row, ops.slot_delivery, raw.tickets, raw.ticket_events, raw.complaints cascade"
    )

    def land_night(run_id: str = "night", report: Callable[[str], None] = lambda line: None) -> LandingReport:
        result = land_exports(module_warehouse.loader_url, landing, as_of=AS_OF, run_id=run_id, report=report)
        assert all(outcome.counts.is_conserved for outcome in result.outcomes)
        return result

    yield land_night
    for entity in ("tickets", "ticket_events", "complaints"):
        assert module_warehouse.query(
            f"select delivery_id from ops.delivery where entity = '{entity}' and rows_loaded"
            f" <> (select count(*) from raw.{entity} where _delivery_id = delivery_id)"
        ) == []  # fmt: skip


@pytest.fixture
def mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source whose files hold records of two entities."""
    profile = SourceProfile.model_validate(MIXED)
    monkeypatch.setattr(folder, "load_profiles", lambda: (profile,))


def book(warehouse: Warehouse) -> list[tuple]:
    return warehouse.query(
        "select relative_path, entity, state, rows_in_file, rows_loaded, rows_quarantined, rows_repeated, rows_elsewhere"
        " from ops.delivery order by delivery_id"
    )


def summary(warehouse: Warehouse, run_id: str) -> list[str]:
    with session(warehouse.transformer_url) as connection, connection, connection.cursor() as cursor:
        return _deliveries(cursor, run_id, FilesSeen(new=1, known=0, left_alone=0))


def test_an_audit_log_becomes_versions_of_tickets_and_their_events(
    module_warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "incident_event_log_1.csv").write_bytes(log(TWO_INCIDENTS))
    report = land()
    assert [(each.entity, each.state, each.counts) for each in report.outcomes] == [
        ("tickets", "loaded", Counts(rows_in_file=8, rows_loaded=8)),
        ("ticket_events", "loaded", Counts(rows_in_file=8, rows_loaded=8)),
    ]
    assert (report.files_delivered, report.files_new, report.files_loaded, report.rows.rows_in_file) == (1, 1, 1, 16)
    assert module_warehouse.query(
        "select ticket_key, priority_code, state_code, work_centre_id, opened_at, resolved_at, closed_at, source_verdict,"
        " _version_at from raw.tickets order by ticket_key desc, _version_at desc limit 5"
    )[0] == (
        "servicenow/INC2", "P3", "in_progress", "Group 24", "2026-01-05T09:00:00Z", None, None, None,
        datetime(2026, 1, 5, 10, 0, 0, 10, tzinfo=UTC),
    )  # fmt: skip
    assert module_warehouse.query(
        "select state_code, resolved_at, closed_at, source_verdict from raw.tickets where ticket_id = 'INC1'"
        " order by _version_at"
    ) == [
        ("new", None, None, None),
        ("in_progress", None, None, None),
        ("resolved", "2026-01-06T11:00:00Z", None, None),
        ("closed", "2026-01-06T11:00:00Z", "2026-01-08T12:00:00Z", "breached"),
    ]
    assert module_warehouse.query(
        "select event_type, event_at, event_id, event_number, state_code, priority_code, work_centre_id from raw.ticket_events"
        " order by ticket_key, _version_at"
    ) == [
        ("opened", "2026-01-05T09:00:00Z", "0 at 5/1/2026 09:05", "0", "new", "P3", "Group 24"),
        ("state_changed", "2026-01-05T09:30:00Z", "1 at 5/1/2026 09:30", "1", "in_progress", "P3", "(no group)"),
        ("state_changed", "2026-01-06T11:00:00Z", "4 at 6/1/2026 11:00", "4", "resolved", "P3", "Group 24"),
        ("state_changed", "2026-01-08T12:00:00Z", "5 at 8/1/2026 12:00", "5", "closed", "P3", "Group 24"),
        ("opened", "2026-01-05T09:00:00Z", "0 at 5/1/2026 10:00", "0", "new", "P2", "Group 24"),
        ("state_changed", "2026-01-05T10:00:00Z", "1 at 5/1/2026 10:00", "1", "-100", "P2", "Group 24"),
        ("state_changed", "2026-01-05T10:00:00Z", "2 at 5/1/2026 10:00", "2", "waiting_customer", "P3", "Group 24"),
        ("state_changed", "2026-01-05T10:00:00Z", "10 at 5/1/2026 10:00", "10", "in_progress", "P3", "Group 24"),
    ]


def test_columns_that_nobody_asked_for_are_kept_once(module_warehouse: Warehouse, landing: Path, land: Land) -> None:
    (landing / "incident_event_log_1.csv").write_bytes(log(TWO_INCIDENTS[:1]))
    land()
    assert module_warehouse.query("select entity, extra_columns from ops.delivery order by delivery_id") == [
        ("tickets", ["active", "reassignment_count", "caller_id", "sys_updated_by"]),
        ("ticket_events", []),
    ]
    assert module_warehouse.query("select _extra ->> 'caller_id' from raw.tickets") == [("Caller 7",)]
    assert module_warehouse.query("select _extra, actor_id from raw.ticket_events") == [(None, "Updated by 21")]


def test_the_same_file_again_changes_nothing_and_a_copy_is_repeated_as_each_entity(
    module_warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "incident_event_log_1.csv").write_bytes(log(TWO_INCIDENTS))
    land()
    before = book(module_warehouse)
    again = land()
    assert (again.outcomes, again.files_unchanged, again.files_delivered) == ((), 1, 1)
    assert book(module_warehouse) == before

    (landing / "incident_event_log_copy.csv").write_bytes(log(TWO_INCIDENTS))
    copied = land()
    assert [(each.entity, each.state, each.counts.rows_repeated) for each in copied.outcomes] == [
        ("tickets", "repeated", 8),
        ("ticket_events", "repeated", 8),
    ]
    assert (copied.files_repeated, copied.files_unchanged, copied.files_delivered) == (1, 1, 2)


def test_slices_of_the_log_in_any_order_with_overlap_come_to_the_same(
    module_warehouse: Warehouse, landing: Path, land: Land
) -> None:
    content = "select {} from raw.{} order by 1, 2, 3"
    columns = {"tickets": "ticket_key, _version_at, _row_hash", "ticket_events": "ticket_key, _version_at, _row_hash"}
    (landing / "incident_event_log_1.csv").write_bytes(log(TWO_INCIDENTS))
    land()
    whole = [module_warehouse.query(content.format(names, entity)) for entity, names in columns.items()]
    module_warehouse.query(
        "truncate ops.delivery, ops.slot_delivery, ops.quarantined_row, raw.tickets, raw.ticket_events cascade"
    )
    (landing / "incident_event_log_1.csv").unlink()
    # Late slices first, an update of the one minute in each of several, and some updates twice.
    for number, rows in enumerate((TWO_INCIDENTS[5:], TWO_INCIDENTS[3:6], TWO_INCIDENTS[:5])):
        (landing / f"incident_event_log_{number}.csv").write_bytes(log(rows))
        land()
    sliced = [module_warehouse.query(content.format(names, entity)) for entity, names in columns.items()]
    assert sliced == whole
    assert [row[6] for row in book(module_warehouse)] == [0, 0, 1, 1, 2, 2]


def test_a_file_refused_as_one_entity_still_feeds_the_other(
    module_warehouse: Warehouse, landing: Path, land: Land, mixed: None
) -> None:
    record = ["ticket", "1", "2026-01-05T09:12:44Z", "lift"]
    (landing / "hd_1.csv").write_bytes(delimited(["kind", "no", "at", "text"], [record]))
    lines: list[str] = []
    report = land(report=lines.append)
    assert [row[1:5] for row in book(module_warehouse)] == [
        ("tickets", "loaded", 1, 1),
        ("complaints", "refused", 0, 0),
    ]
    assert (report.files_refused, report.files_loaded, report.files_delivered) == (1, 0, 1)
    assert lines[0] == "hd_1.csv: 1 of 1 rows loaded as tickets, 1 unknown columns listed in ops.delivery"
    assert lines[1].startswith(
        "hd_1.csv: refused as complaints, required columns of complaints are missing; expected about"
    )
    assert summary(module_warehouse, "night")[1] == (
        "  files      1 delivered: 0 loaded, 1 refused, 0 repeated; 0 known from before, 0 left alone"
    )


def test_records_of_another_entity_are_counted_beside(
    module_warehouse: Warehouse, landing: Path, land: Land, mixed: None
) -> None:
    header = ["kind", "no", "at", "text", "about"]
    records = [
        ["ticket", "1", "2026-01-05T09:12:44Z", "lift", ""],
        ["Complaint", "1", "2026-01-06T09:12:44Z", "too late", "S1"],
        ["ticket", "2", "yesterday", "door", ""],
        ["visit", "9", "2026-01-06T09:12:44Z", "", ""],
    ]
    (landing / "hd_1.csv").write_bytes(delimited(header, records) + b"broken\r\n")
    lines: list[str] = []
    report = land(report=lines.append)
    # Of the broken record nobody can say whose it is: it is everybody's.
    assert [each.counts for each in report.outcomes] == [
        Counts(rows_in_file=3, rows_loaded=1, rows_quarantined=2, rows_elsewhere=2),
        Counts(rows_in_file=2, rows_loaded=1, rows_quarantined=1, rows_elsewhere=3),
    ]
    assert lines[0] == (
        "hd_1.csv: 1 of 3 rows loaded as tickets, 2 quarantined, 2 beside them belong to another entity,"
        " 2 unknown columns listed in ops.delivery"
    )
    assert module_warehouse.query("select entity, line from ops.quarantined_row order by 1, 2") == [
        ("complaints", 6), ("tickets", 4), ("tickets", 6),
    ]  # fmt: skip
    assert summary(module_warehouse, "night")[1:3] == [
        "  files      1 delivered: 1 loaded, 0 refused, 0 repeated; 0 known from before, 0 left alone",
        "  rows       5 delivered = 2 loaded + 3 quarantined + 0 repeated; 5 beside them of other entities",
    ]
    (landing / "hd_2.csv").write_bytes((landing / "hd_1.csv").read_bytes())
    land()
    assert [row[3:] for row in book(module_warehouse)][2:] == [(3, 0, 0, 3, 2), (2, 0, 0, 2, 3)]


def test_a_preview_tells_of_each_entity_and_leaves_nothing(
    module_warehouse: Warehouse, landing: Path, land: Land, mixed: None
) -> None:
    header = ["kind", "no", "at", "text", "about"]
    (landing / "hd_1.csv").write_bytes(delimited(header, [["ticket", "1", "2026-01-05T09:12:44Z", "lift", ""]]))
    with session(module_warehouse.admin_url) as connection:
        told = unsaved_landing.land_unsaved(connection, landing, as_of=AS_OF, personal=KEEP_EVERYTHING)
        connection.rollback()
    assert [path for path, _ in told] == ["hd_1.csv", "hd_1.csv"]
    assert [sentence.split(",")[0] for _, sentence in told] == [
        "1 of 1 rows loaded as tickets",
        "0 of 0 rows loaded as complaints",
    ]
    assert book(module_warehouse) == []


def test_an_entity_that_a_profile_gets_later_is_loaded_from_the_file_that_is_known(
    module_warehouse: Warehouse, landing: Path, land: Land
) -> None:
    header = ["kind", "no", "at", "text", "about"]
    record = ["complaint", "1", "2026-01-06T09:12:44Z", "too late", "S1"]
    (landing / "hd_1.csv").write_bytes(delimited(header, [record]))
    with pytest.MonkeyPatch.context() as patch:
        for files in (MIXED["files"][:1], MIXED["files"]):
            profile = SourceProfile.model_validate(MIXED | {"files": files})
            patch.setattr(folder, "load_profiles", lambda profile=profile: (profile,))
            report = land()
    assert [(each.entity, each.counts.rows_loaded) for each in report.outcomes] == [("complaints", 1)]
    assert (report.files_unchanged, report.files_new, report.files_delivered) == (0, 1, 1)


def test_a_log_without_the_numbers_of_its_updates_is_refused(
    module_warehouse: Warehouse, landing: Path, land: Land
) -> None:
    position = LOG_HEADER.index("sys_mod_count")
    header = [name for name in LOG_HEADER if name != "sys_mod_count"]
    row = log_row("INC1", 0, "New", "5/1/2026 09:05")
    (landing / "incident_event_log_1.csv").write_bytes(delimited(header, [[*row[:position], *row[position + 1 :]]]))
    assert {outcome.reason for outcome in land().outcomes} and {row[2] for row in book(module_warehouse)} == {"refused"}
