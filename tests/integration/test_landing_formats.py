"""Every format through the landing door into a real PostgreSQL: the same rows, the same raw content, every row counted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from supplier_sla.landing import LandingReport, folder, land_exports
from supplier_sla.landing.outcome import Counts
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.profiles.profile import SourceProfile
from tests.conftest import Warehouse
from tests.support.export_files import WRITERS, delimited, json_lines, workbook, zipped

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

HEADER = ["ticket_id", "opened_at", "title", "floor", "updated_at"]
ROWS = [
    ["T1", "2026-01-05T09:12:44Z", "lift, broken", "3", "2026-01-06T00:00:00Z"],
    ["T2", "2026-01-05 10:12:44+01:00", 'say "hi"\nagain 投诉', "", ""],
    ["T3", "yesterday", "bad row", "1", ""],
    ["T1", "2026-01-05T09:12:44Z", "lift, broken", "3", "2026-01-06T00:00:00Z"],
    ["00123", "2026-01-07T00:00:00Z", "=1+1", "1.50", ""],
]

RAW = "select ticket_id, opened_at, title, source_system, updated_at, _extra::text, _row_hash::text from raw.tickets order by 1"

HELPDESK = {
    "name": "helpdesk",
    "description": "Tickets of the help desk.",
    "files": [
        {
            "pattern": "hd_*.xlsx",
            "entity": "tickets",
            "format": "xlsx",
            "sheet": "Open tickets",
            "header_row": 3,
            "zone": "Europe/Berlin",
            "timestamp_formats": ["%d.%m.%Y %H:%M"],
            "columns": {"ticket_id": "No", "opened_at": "Opened", "title": {"from": "Subject", "optional": True}},
        },
        {
            "pattern": "hd_*.parquet",
            "entity": "tickets",
            "format": "parquet",
            "zone": "Europe/Berlin",
            "columns": {"ticket_id": "No", "opened_at": "Opened", "resolved_at": {"from": "Done", "optional": True}},
        },
        {
            "pattern": "hd_*.ndjson",
            "entity": "tickets",
            "format": "jsonl",
            "zone": "Europe/Berlin",
            "columns": {"ticket_id": "key", "opened_at": "fields.created", "state_code": "fields.status.name"},
        },
        {
            "pattern": "hd_*.csv",
            "entity": "tickets",
            "encoding": "detect",
            "delimiter": ";",
            "quote": "'",
            "header_row": 2,
            "columns": {"ticket_id": "No", "opened_at": "Opened"},
        },
    ],
}

Land = Callable[..., LandingReport]


@pytest.fixture
def land(warehouse: Warehouse, landing: Path) -> Iterator[Land]:
    """Land the folder as one night; whatever the test is about, every delivery conserves its rows."""

    def land_night(limits: UnpackLimits | None = None) -> LandingReport:
        result = land_exports(warehouse.loader_url, landing, as_of=AS_OF, run_id="night", limits=limits)
        assert all(outcome.counts.is_conserved for outcome in result.outcomes)
        return result

    yield land_night
    lost = warehouse.query(
        """
        select delivery_id
        from ops.delivery
        where
            state in ('loaded', 'partly_loaded')
            and rows_quarantined
            <> (select count(distinct line) from ops.quarantined_row as q where q.delivery_id = delivery.delivery_id)
        """
    )
    assert lost == []


@pytest.fixture
def helpdesk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source with files of every format."""
    profile = SourceProfile.model_validate(HELPDESK)
    monkeypatch.setattr(folder, "load_profiles", lambda: (profile,))


def reasons(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.query("select relative_path, reason from ops.delivery where state = 'refused'"))


def problems(warehouse: Warehouse) -> list[tuple]:
    return warehouse.query("select line, column_name, reason_code from ops.quarantined_row order by quarantine_id")


def packed_in_every_way(folder_path: Path, suffix: str) -> dict[str, Path]:
    """One file of a format: as it is, as gzip, in an archive, and in an archive with another file."""
    content = WRITERS[suffix](HEADER, ROWS)
    paths = {name: folder_path / name for name in ("plain", "gzip", "one", "two")}
    for path in paths.values():
        path.mkdir()
    (paths["plain"] / f"tickets.{suffix}").write_bytes(content)
    (paths["gzip"] / f"tickets.{suffix}.gz").write_bytes(gzip.compress(content))
    zipped(paths["one"] / "tickets.zip", [(f"export.{suffix}", content)])
    zipped(paths["two"] / "all.zip", [(f"tickets.{suffix}", content), ("readme.txt", b"hello")])
    return paths


@pytest.fixture
def expected_raw(warehouse: Warehouse, tmp_path: Path) -> list[tuple]:
    """What the CSV file leaves in raw; the table is empty again afterwards."""
    csv_landing = tmp_path / "expected"
    csv_landing.mkdir()
    (csv_landing / "tickets.csv").write_bytes(delimited(HEADER, ROWS))
    land_exports(warehouse.loader_url, csv_landing, as_of=AS_OF, run_id="expected")
    found = warehouse.query(RAW)
    warehouse.query("truncate raw.tickets, ops.quarantined_row, ops.delivery cascade")
    assert len(found) == 3
    return found


@pytest.mark.parametrize("packing", ["plain", "gzip", "one", "two"])
@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_rows_leave_the_same_raw_content(
    warehouse: Warehouse, tmp_path: Path, expected_raw: list[tuple], suffix: str, packing: str
) -> None:
    path = packed_in_every_way(tmp_path, suffix)[packing]
    report = land_exports(warehouse.loader_url, path, as_of=AS_OF, run_id="night")
    assert report.rows == Counts(rows_in_file=5, rows_loaded=3, rows_quarantined=1, rows_repeated=1)
    assert warehouse.query(RAW) == expected_raw
    assert [(column, reason) for _, column, reason in problems(warehouse)] == [("opened_at", "wrong_type")]
    assert [outcome.extra_columns for outcome in report.outcomes if outcome.state != "refused"] == [("floor",)]
    again = land_exports(warehouse.loader_url, path, as_of=AS_OF, run_id="next night")
    assert again.outcomes == ()


def test_the_same_rows_in_another_format_are_repeats(landing: Path, land: Land) -> None:
    (landing / "tickets_1.csv").write_bytes(delimited(HEADER, ROWS[:2]))
    for suffix in ("jsonl", "xlsx", "parquet"):
        (landing / f"tickets_2.{suffix}").write_bytes(WRITERS[suffix](HEADER, ROWS[:2]))
    (landing / "tickets_3.csv.gz").write_bytes(gzip.compress(delimited(HEADER, ROWS[:2])))
    assert land().rows == Counts(rows_in_file=10, rows_loaded=2, rows_repeated=8)


def test_each_record_keeps_the_line_on_which_it_begins(warehouse: Warehouse, landing: Path, land: Land) -> None:
    row = {"ticket_id": "T1", "opened_at": "2026-01-05T09:12:44Z"}
    (landing / "tickets_1.jsonl").write_text("\n" + json.dumps(row) + "\n\n" + json.dumps({**row, "ticket_id": "T2"}))
    (landing / "tickets_2.xlsx").write_bytes(
        workbook(list(row), [[None, None], ["T3", row["opened_at"]], [], ["T4", row["opened_at"]]])
    )
    (landing / "tickets_3.parquet").write_bytes(WRITERS["parquet"](list(row), [["T5", row["opened_at"]]]))
    land()
    assert warehouse.query("select ticket_id, _line from raw.tickets order by 1") == [
        ("T1", 2),
        ("T2", 4),
        ("T3", 3),
        ("T4", 5),
        ("T5", 1),
    ]


@pytest.mark.usefixtures("helpdesk")
def test_local_times_of_cells_and_columns_take_the_zone_of_the_profile(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    noon = datetime(2026, 7, 1, 12, 0)
    in_the_gap = datetime(2026, 3, 29, 2, 30)
    (landing / "hd_1.xlsx").write_bytes(
        workbook(
            ["No", "Opened", "Subject"],
            [["T1", noon, 5], ["T2", "01.07.2026 12:00", None], ["T3", in_the_gap, None], [4, noon.date(), "x"]],
            sheet="Open tickets",
            above=[["Open tickets"], ["as of today"]],
        )
    )
    table = pa.table(
        {
            "No": [7, 8],
            "Opened": pa.array([noon, in_the_gap], pa.timestamp("us")),
            "Done": pa.array([noon, None], pa.timestamp("us", "UTC")),
        }
    )
    pq.write_table(table, landing / "hd_2.parquet")
    report = land()
    assert warehouse.query("select ticket_id, opened_at, resolved_at, title from raw.tickets order by 1") == [
        ("7", "2026-07-01T10:00:00Z", "2026-07-01T12:00:00Z", None),
        ("T1", "2026-07-01T10:00:00Z", None, "5"),
        ("T2", "2026-07-01T10:00:00Z", None, None),
    ]
    assert problems(warehouse) == [
        (6, "opened_at", "nonexistent_local_time"),
        (7, "opened_at", "wrong_type"),
        (2, "opened_at", "nonexistent_local_time"),
    ]
    assert report.outcomes[0].sentence.endswith("2 lines around the header skipped")


@pytest.mark.usefixtures("helpdesk")
def test_nested_json_and_delimited_dialects_are_read_as_the_profile_says(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    issue = {
        "key": "T1",
        "fields": {"created": "2026-07-01T12:00", "status": {"name": "new", "id": 3}, "tags": [1, "a"]},
    }
    wide = {f"custom_{number}": number for number in range(60)}
    (landing / "hd_1.ndjson").write_text(f"{json.dumps(issue)}\n{json.dumps({**issue, 'key': 'T2', **wide})}\n")
    (landing / "hd_2.csv").write_bytes("Report\nNo;Opened;Büro\nT3;2026-07-01T12:00:00Z;'a;b'\n".encode("utf-16"))
    report = land()
    found = dict(warehouse.query("select ticket_id, _extra from raw.tickets"))
    nested = {"fields.status.id": "3", "fields.tags": '[1,"a"]'}
    assert found == {
        "T1": nested,
        "T2": {**nested, **{name: str(number) for name, number in wide.items()}},
        "T3": {"Büro": "a;b"},
    }
    assert warehouse.query("select opened_at, state_code from raw.tickets where ticket_id = 'T1'") == [
        ("2026-07-01T10:00:00Z", "new")
    ]
    assert set(report.outcomes[0].extra_columns) == {*nested, *wide}


def test_dates_that_a_spreadsheet_has_mangled_keep_their_rows_out(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    """Of a canonical file no zone is known: a local time is a mistake, and so is what a locale made of a date."""
    mangled: list[Any] = [datetime(2026, 1, 5, 9, 12), 46027.383, "05/01/2026 09:12", "1/5/26 9:12 AM", "46027,38"]
    (landing / "tickets.xlsx").write_bytes(
        workbook(["ticket_id", "opened_at"], [[f"T{n}", value] for n, value in enumerate(mangled)])
    )
    (landing / "tickets.csv").write_bytes(delimited(["ticket_id", "opened_at"], [["T9", "5.1.26 9:12"]]))
    assert land().rows == Counts(rows_in_file=6, rows_quarantined=6)
    assert {reason for _, _, reason in problems(warehouse)} == {"wrong_type"}


def test_a_date_cell_is_a_date(warehouse: Warehouse, landing: Path, land: Land) -> None:
    day = datetime(2026, 1, 5)
    (landing / "suppliers.xlsx").write_bytes(
        workbook(["supplier_id", "supplier_name", "valid_from"], [[7, "One", day.date()], [8.0, 3.5, None]])
    )
    land()
    assert warehouse.query("select supplier_id, supplier_name, valid_from from raw.suppliers order by 1") == [
        ("7", "One", "2026-01-05"),
        ("8", "3.5", None),
    ]


def test_damaged_records_go_to_quarantine_and_the_others_are_loaded(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    header, good = HEADER[:2], ["T1", "2026-01-05T09:12:44Z"]
    lines = [json.dumps(dict(zip(header, good, strict=True))), '{"ticket_id": "a\\u0000b"}', '{"ticket_id": "T', "[1]"]
    (landing / "tickets.jsonl").write_text("\n".join(lines))
    (landing / "tickets.xlsx").write_bytes(
        workbook(header, [["T2", good[1]], ["a_x0000_b", good[1]], ["T3", good[1], "more"]])
    )
    pq.write_table(pa.table({"ticket_id": ["T4", "a\0b"], "opened_at": [good[1]] * 2}), landing / "tickets.parquet")
    assert land().rows == Counts(rows_in_file=9, rows_loaded=3, rows_quarantined=6)
    assert problems(warehouse) == [
        (2, "ticket_id", "nul_byte"),
        (3, None, "malformed_json"),
        (4, None, "not_an_object"),
        (2, "ticket_id", "nul_byte"),
        (3, "ticket_id", "nul_byte"),
        (4, None, "wrong_field_count"),
    ]


def test_files_that_cannot_be_unpacked_or_read_are_refused_and_the_others_go_on(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    content = delimited(HEADER, [[f"T{n}", ROWS[0][1], f"title {n * n}", "", ""] for n in range(20_000)])
    (landing / "tickets_cut.csv.gz").write_bytes(gzip.compress(content)[:-2_000])
    (landing / "tickets_bomb.csv.gz").write_bytes(gzip.compress(b"ticket_id,opened_at\n" * 500_000))
    path = zipped(landing / "cut.zip", [("tickets.csv", content)])
    path.write_bytes(path.read_bytes()[:-40])
    zipped(landing / "leaving.zip", [("../tickets.csv", content), ("tickets_in.csv", content)])
    zipped(landing / "nested.zip", [("tickets.csv.gz", gzip.compress(content)), ("notes.txt", b"x")])
    (landing / "tickets_text.xlsx").write_bytes(b"ticket_id\n")
    (landing / "tickets_sheet.csv").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    (landing / "tickets_gz.csv").write_bytes(gzip.compress(gzip.compress(content)))
    (landing / "tickets.parquet").write_bytes(WRITERS["parquet"](HEADER, ROWS)[:-20])
    (landing / "fees.jsonl").write_bytes(json_lines(["contract_id", "fee_month"], [["C1", "2026-01"]]))
    (landing / "suppliers.jsonl").write_text('[{"supplier_id": "S1"}]')
    report = land(UnpackLimits(most_bytes=5_000_000))
    assert (report.files_loaded, report.rows.rows_loaded) == (1, 20_000)
    found = reasons(warehouse)
    for path_in_book, reason in {
        "tickets_cut.csv.gz": "expected a complete gzip file",
        "tickets_bomb.csv.gz": "expected at most 5,000,000 bytes (SUPPLIER_SLA_MOST_UNPACKED_BYTES)",
        "cut.zip": "expected a complete zip archive",
        "leaving.zip!/../tickets.csv": "expected a name below the archive",
        "nested.zip!/tickets.csv.gz": "found a gzip archive in it",
        "nested.zip!/notes.txt": "no source profile reads a file of this name",
        "tickets_text.xlsx": "expected a complete XLSX file",
        "tickets_sheet.csv": "expected 1 to 10,000 files in it",
        "tickets_gz.csv": "found packed content",
        "tickets.parquet": "expected a complete Parquet file",
        "fees.jsonl": "expected fee_amount, currency_code",
        "suppliers.jsonl": "one JSON document over many lines",
    }.items():
        assert reason in found.pop(path_in_book)
    assert found == {}


@pytest.mark.usefixtures("helpdesk")
def test_a_wrong_sheet_and_a_missing_header_row_refuse_the_file(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "hd_sheet.xlsx").write_bytes(workbook(["No", "Opened"], [["T1", "x"]]))
    (landing / "hd_row.xlsx").write_bytes(workbook(["No", "Opened"], [], sheet="Open tickets"))
    (landing / "hd_row.csv").write_text("No;Opened\n")
    land()
    found = reasons(warehouse)
    assert "expected a sheet named Open tickets; found Sheet; next: set sheet" in found["hd_sheet.xlsx"]
    assert "expected column names on line 3" in found["hd_row.xlsx"]
    assert "expected column names on line 2" in found["hd_row.csv"]


@pytest.mark.parametrize("suffix", WRITERS)
def test_many_batches_are_one_file(warehouse: Warehouse, landing: Path, land: Land, suffix: str) -> None:
    rows = [[f"T{number}", ROWS[0][1], "", "", ""] for number in range(5_000)]
    (landing / f"tickets.{suffix}").write_bytes(WRITERS[suffix](HEADER, [*rows, ["T0", "bad", "", "", ""]]))
    assert land().rows == Counts(rows_in_file=5_001, rows_loaded=5_000, rows_quarantined=1)
