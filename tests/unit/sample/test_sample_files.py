"""Every written file against the file contracts, by a check of its own that shares nothing with the product's door."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import supplier_sla
from supplier_sla.sample import SampleOptions, SampleResult, generate
from supplier_sla.sample.city import CITY_COLUMNS, CITY_FILE

FILE_CONTRACTS = Path(supplier_sla.__file__).parent / "file_contracts"
CITY_EXPORT = Path(__file__).parents[4] / "shared" / "data" / "boston_311" / "boston_311_requests.csv"

CLOCK = r"([01]\d|2[0-4]):[0-5]\d"
TRIGGER = r"(opened|assigned|responded|commented|requester_commented|reopened|resolved|closed|state:[^;\s]+)"
PATTERNS = {
    "text": r"(?s).+",
    "code": r"\S+",
    "slug": r"[A-Za-z0-9_.-]+",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)",
    "date": r"\d{4}-\d\d-\d\d",
    "month": r"\d{4}-(0[1-9]|1[0-2])",
    "integer": r"-?\d+",
    "decimal": r"-?\d+(\.\d+)?",
    "ratio": r"0(\.\d+)?|1(\.0+)?",
    "boolean": r"true|false",
    "zone": r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+",
    "currency": r"[A-Z]{3}",
    "hours": rf"{CLOCK}-{CLOCK}(;{CLOCK}-{CLOCK})*",
    "code_list": r"[a-z_]+(;[a-z_]+)*",
    "trigger_list": rf"{TRIGGER}(;{TRIGGER})*",
}


def read_contract(entity: str) -> dict[str, Any]:
    contract: dict[str, Any] = yaml.safe_load((FILE_CONTRACTS / f"{entity}.yml").read_text(encoding="utf-8"))
    return contract


def read_records(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *records = list(csv.reader(lines))
    return header, records


def read_rows(path: Path) -> list[dict[str, str]]:
    header, records = read_records(path)
    return [dict(zip(header, record, strict=True)) for record in records]


def problems_of_row(contract: dict[str, Any], header: list[str], record: list[str]) -> list[str]:
    if len(record) != len(header):
        return [f"{len(record)} fields"]
    row = dict(zip(header, record, strict=True))
    problems = [
        problem for column in contract["columns"] for problem in problems_of_value(column, row.get(column["name"], ""))
    ]
    if contract["entity"] == "survey_responses" and not problems and row["score"]:
        low, score, high = Decimal(row["scale_min"]), Decimal(row["score"]), Decimal(row["scale_max"])
        problems += [] if low <= score <= high else ["score off its scale"]
    return problems


def problems_of_value(column: dict[str, Any], value: str) -> list[str]:
    name = column["name"]
    if not value:
        return [f"{name} is required"] if column.get("required") else []
    if not re.fullmatch(PATTERNS[column["type"]], value):
        return [f"{name} is no {column['type']}: {value}"]
    if column["type"] in ("timestamp", "date"):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return [f"{name} does not exist: {value}"]
    if "allowed" in column and value not in column["allowed"]:
        return [f"{name} is not allowed: {value}"]
    if "minimum" in column and Decimal(value) < column["minimum"]:
        return [f"{name} is below its minimum: {value}"]
    return []


def files_in_contract_shape(sample: SampleResult) -> list[Any]:
    return [file for file in sample.files if file.role != "bad" and file.name != CITY_FILE]


def test_every_good_row_satisfies_its_file_contract_and_every_planted_one_does_not(
    sample: SampleResult, sample_directory: Path
) -> None:
    for file in files_in_contract_shape(sample):
        contract = read_contract(file.entity)
        header, records = read_records(sample_directory / file.name)
        known = [column["name"] for column in contract["columns"]] + ["updated_at"]
        assert header == [name for name in known if name in header], file.name
        assert {column["name"] for column in contract["columns"]} <= set(header), file.name
        assert len(records) == file.rows, file.name
        bad = [record for record in records if problems_of_row(contract, header, record)]
        assert len(bad) == file.bad_rows, (file.name, [problems_of_row(contract, header, record) for record in bad])
        assert all("-BAD-" in ",".join(record) for record in bad), file.name


def test_reported_bad_rows_are_those_in_the_files_and_every_kind_occurs(sample: SampleResult) -> None:
    in_files: Counter[str] = Counter()
    for file in sample.files:
        if file.role == "export" and file.entity and file.bad_rows:
            in_files[file.entity] += file.bad_rows
    assert in_files == {entity: sum(kinds.values()) for entity, kinds in sample.bad_rows.items()}
    for entity, kinds in sample.bad_rows.items():
        assert len(kinds) == 7, entity


def test_bad_row_share_adds_rows_and_leaves_the_good_ones_alone(tmp_path: Path) -> None:
    clean, damaged = tmp_path / "clean", tmp_path / "damaged"
    assert not any(generate(SampleOptions(out=clean, months=1, bad_row_share=Decimal(0))).bad_rows.values())
    result = generate(SampleOptions(out=damaged, months=1, bad_row_share=Decimal("0.1")))
    good = (clean / "tickets_2025-10.csv").read_text(encoding="utf-8")
    _, records = read_records(damaged / "tickets_2025-10.csv")
    good_records = [record for record in records if "-BAD-" not in ",".join(record)]
    assert good_records == read_records(clean / "tickets_2025-10.csv")[1]
    assert sum(result.bad_rows["tickets"].values()) == len(good_records) // 10
    assert "-BAD-" not in good


def test_keys_of_registers_are_unique_and_references_resolve(sample: SampleResult, sample_directory: Path) -> None:
    rows = {file.entity: read_rows(sample_directory / file.name) for file in sample.files if file.role == "register"}
    for entity, entity_rows in rows.items():
        contract = read_contract(str(entity))
        keys = [tuple(row[column] for column in contract["key"]) for row in entity_rows]
        assert len(keys) == len(set(keys)), entity
        for column in contract["columns"]:
            target, _, target_column = column.get("references", "").partition(".")
            if target:
                known = {row[target_column] for row in rows[target]}
                assert {row[column["name"]] for row in entity_rows} - {""} <= known, (entity, column["name"])


def test_bad_files_are_bad_in_the_way_their_names_tell(sample: SampleResult, sample_directory: Path) -> None:
    contents = {file.name: (sample_directory / file.name).read_bytes() for file in sample.bad_files}
    assert "opened_at" not in contents["tickets_bad_missing_column.csv"].decode()
    header = contents["tickets_bad_duplicate_header.csv"].decode().splitlines()[0].split(",")
    assert header.count("ticket_id") == 2
    assert contents["survey_responses_bad_empty_file.csv"] == b""
    with pytest.raises(UnicodeDecodeError):
        contents["suppliers_bad_latin_1.csv"].decode("utf-8")
    assert "unknown_name_canteen_menu.csv" in contents
    assert len(contents) == 5


def test_no_bad_files_leaves_them_out(tmp_path: Path) -> None:
    result = generate(SampleOptions(out=tmp_path, months=1, bad_files=False))
    assert result.bad_files == ()
    assert not list(tmp_path.glob("*bad*"))


def test_one_ticket_file_comes_again_under_another_name(sample: SampleResult, sample_directory: Path) -> None:
    (copy,) = (file for file in sample.files if file.role == "copy")
    original = sample_directory / copy.name.replace("_copy", "")
    assert (sample_directory / copy.name).read_bytes() == original.read_bytes()


def test_names_hold_what_a_careless_writer_breaks_on(sample: SampleResult, sample_directory: Path) -> None:
    names = " ".join(row["supplier_name"] for row in read_rows(sample_directory / "suppliers.csv"))
    assert "," in names
    assert '"' in names
    assert " =Dalian Ops " in names
    ticket_files = [file for file in files_in_contract_shape(sample) if file.entity == "tickets" and not file.bad_rows]
    titles = [row["title"] for file in ticket_files for row in read_rows(sample_directory / file.name)]
    assert any("\n" in title for title in titles)
    assert any('"' in title for title in titles)


def test_china_works_on_make_up_days_and_germany_half_on_christmas_eve(
    sample: SampleResult, sample_directory: Path
) -> None:
    rows = read_rows(sample_directory / "calendar_exceptions.csv")
    by_key = {(row["calendar_id"], row["exception_date"]): row for row in rows}
    # State Council notices for 2025 and 2026: Saturdays and Sundays worked for National Day, New Year, Spring Festival.
    for day in ("2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28"):
        assert by_key["CAL-CN", day]["exception_kind"] == "makeup_working_day"
        assert by_key["CAL-CN", day]["hours"] == "09:00-12:00;13:00-18:00"
    assert by_key["CAL-CN", "2026-02-17"]["exception_name_zh"] == "春节"
    assert by_key["CAL-DE", "2025-12-24"]["hours"] == "08:00-12:00"
    assert by_key["CAL-US", "2025-11-27"]["exception_name"] == "Thanksgiving Day"
    assert {calendar_id for calendar_id, _ in by_key} == {"CAL-CN", "CAL-DE", "CAL-GB", "CAL-IN", "CAL-US"}


def test_city_cases_follow_the_citys_rule_for_its_verdict(sample: SampleResult, sample_directory: Path) -> None:
    text = (sample_directory / CITY_FILE).read_bytes().decode("utf-8")
    assert text.count("\r\n") == text.count("\n")
    rows = read_rows(sample_directory / CITY_FILE)
    for row in rows:
        done_by = datetime.fromisoformat(row["close_date"]) if row["close_date"] else sample.as_of
        promised_at = row["target_close_date"]
        is_on_time = not promised_at or done_by <= datetime.fromisoformat(promised_at)
        assert row["on_time"] == ("ONTIME" if is_on_time else "OVERDUE"), row
        assert not row["close_date"] or row["close_date"] > row["open_date"]
    assert any(not row["target_close_date"] for row in rows)
    assert any(not row["assigned_team"] for row in rows)
    assert any(row["on_time"] == "OVERDUE" for row in rows)
    teams = {row["work_centre_id"] for row in read_rows(sample_directory / "work_centres.csv")}
    assert {row["assigned_team"] or "(no team)" for row in rows} <= teams


@pytest.mark.skipif(not CITY_EXPORT.exists(), reason="the city's export is not shipped with the project")
def test_city_columns_are_those_of_the_citys_export() -> None:
    with CITY_EXPORT.open(encoding="utf-8", newline="") as lines:
        assert tuple(next(csv.reader(lines))) == CITY_COLUMNS
