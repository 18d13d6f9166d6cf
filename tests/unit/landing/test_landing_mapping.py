"""Delivered columns become the contract's columns; what cannot be converted is named and left as delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.mapping import plan_mapping
from supplier_sla.landing.profiles.profile import SourceProfile, load_profiles
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.readers import Batch
from supplier_sla.landing.refusal import FileRefused, Problem
from supplier_sla.landing.timestamps import TimestampNotReadable, to_utc
from supplier_sla.landing.yaml_model import read_yaml_model
from tests.support.readings import choose_reading

HELPDESK = """
name: helpdesk
description: Tickets of the help desk.
files:
  - pattern: "hd_*.csv"
    entity: tickets
    zone: Europe/Berlin
    timestamp_formats: ["%d/%m/%Y %H:%M", iso8601]
    null_marks: ["", "?"]
    columns:
      ticket_id: number
      opened_at: opened
      work_centre_id: {from: group, if_null: nobody}
      state_code: {from: state, codes: {"1": new}, unknown_code: keep}
      source_verdict: {from: made_sla, codes: {yes: met}}
"""


@pytest.fixture
def helpdesk(tmp_path: Path) -> Reading:
    path = tmp_path / "helpdesk.yml"
    path.write_text(HELPDESK.replace("yes:", '"yes":'), encoding="utf-8")
    profile = read_yaml_model(path, SourceProfile)
    return choose_reading("hd_1.csv", [profile], load_contracts())


def mapped(reading: Reading, header: list[str], *records: list[str]) -> tuple[list[dict[str, str]], list[Problem]]:
    mapping = plan_mapping(reading, header)
    problems: list[Problem] = []
    rows = mapping.rows(Batch(list(records), range(2, 2 + len(records))), problems)
    return [dict(zip(mapping.target_names, row, strict=True)) | mapping.constants for row in rows], problems


def test_names_codes_null_marks_and_zones_are_translated(helpdesk: Reading) -> None:
    header = ["number", "opened", "group", "state", "made_sla", "caller", "site"]
    record = ["INC1", "5/1/2026 10:12", "?", "1", "yes", "Ann", "?"]
    ((row,), problems) = mapped(helpdesk, header, record)
    assert row == {
        "ticket_id": "INC1",
        "opened_at": "2026-01-05T09:12:00Z",
        "work_centre_id": "nobody",
        "state_code": "new",
        "source_verdict": "met",
        "source_system": "helpdesk",
        "_extra": '{"caller": "Ann"}',
    }
    assert problems == []


def test_what_cannot_be_converted_is_named_and_left_as_delivered(helpdesk: Reading) -> None:
    header = ["number", "opened", "group", "state", "made_sla"]
    (_, row), problems = mapped(
        helpdesk, header, ["INC1", "29/3/2026 01:30", "A", "9", "?"], ["INC2", "29/3/2026 02:30", "A", "9", "no"]
    )
    assert (row["opened_at"], row["source_verdict"], row["state_code"]) == ("29/3/2026 02:30", "no", "9")
    assert [(found.line, found.column, found.reason_code) for found in problems] == [
        (3, "opened_at", "nonexistent_local_time"),
        (3, "source_verdict", "unknown_code"),
    ]


def test_a_mapped_column_that_the_file_lacks_refuses_it(helpdesk: Reading) -> None:
    with pytest.raises(FileRefused, match="expected made_sla"):
        plan_mapping(helpdesk, ["number", "opened", "group", "state"])


def test_a_file_in_the_contracts_own_shape_passes_through_untouched() -> None:
    reading = choose_reading("tickets.csv", load_profiles(), load_contracts())
    mapping = plan_mapping(reading, ["Ticket_ID", "opened_at", "source_system"])
    batch = Batch([["INC1", "2026-01-05T09:12:44Z", "desk"]], [2])
    assert mapping.rows(batch, []) is batch.records
    without_source = Batch([["INC1", "2026-01-05T09:12:44Z", ""]], [2])
    assert mapping.rows(without_source, []) == [("INC1", "2026-01-05T09:12:44Z", "canonical")]


def test_values_beside_the_header_join_the_extra_columns() -> None:
    reading = choose_reading("tickets.jsonl", load_profiles(), load_contracts())
    mapping = plan_mapping(reading, ["ticket_id", "opened_at"], has_extras=True)
    batch = Batch([["T1", "2026-01-05T09:12:44Z"], ["T2", ""]], [1, 2], extras=[{"a.b": "1", "c": ""}, {}])
    assert mapping.target_names == ("ticket_id", "opened_at", "_extra")
    assert mapping.rows(batch, []) == [("T1", "2026-01-05T09:12:44Z", '{"a.b": "1"}'), ("T2", "", "")]


def test_a_column_that_the_header_lists_but_no_record_names_refuses_the_file() -> None:
    reading = choose_reading("tickets.jsonl", load_profiles(), load_contracts())
    with pytest.raises(FileRefused, match="expected opened_at"):
        plan_mapping(reading, ["ticket_id", "opened_at"], columns_found=["ticket_id", "when"], has_extras=True)


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        pytest.param(["ticket_id", "opened"], "expected opened_at", id="required column missing"),
        pytest.param(["ticket_id;opened_at"], "fits no column of tickets", id="wrong delimiter"),
        pytest.param(["a", "b"], "fits no column of tickets", id="another file"),
    ],
)
def test_a_header_that_does_not_fit_refuses_the_file(header: list[str], complaint: str) -> None:
    reading = choose_reading("tickets.csv", load_profiles(), load_contracts())
    with pytest.raises(FileRefused) as refusal:
        plan_mapping(reading, header)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "in_utc"),
    [
        pytest.param("2026-07-01 10:00:00.5", "2026-07-01T08:00:00.500000Z", id="summer"),
        pytest.param("2026-10-25T02:30", "2026-10-25T00:30:00Z", id="ambiguous: the first of the two"),
        pytest.param("2026-01-05T10:00:00+05:30", "2026-01-05T04:30:00Z", id="own offset"),
    ],
)
def test_a_local_time_becomes_utc(value: str, in_utc: str) -> None:
    assert to_utc(value, ["iso8601"], "Europe/Berlin") == in_utc


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01T00:00", "2026-01-05", "0001-01-01T00:00:00+05:00"])
def test_what_is_no_timestamp_is_said_to_be_none(value: str) -> None:
    with pytest.raises(TimestampNotReadable):
        to_utc(value, ["iso8601"], "Europe/Berlin")


def test_without_a_zone_a_local_time_stays_as_delivered() -> None:
    assert to_utc("2026-01-05T10:00:00", ["iso8601"], None) == "2026-01-05T10:00:00"
