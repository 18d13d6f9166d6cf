"""Source profiles are read strictly, and every file name has one reading or a reason why not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.profiles.profile import SourceProfile, load_profiles
from supplier_sla.landing.profiles.reading import Reading, choose_readings_by_names
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.yaml_model import ConfigurationInvalid, read_yaml_model
from tests.support.readings import choose_reading

VALID = """
name: helpdesk
description: Tickets of the help desk.
files:
  - pattern: "hd_*.csv"
    entity: tickets
    zone: Europe/Berlin
    timestamp_formats: ["%d/%m/%Y %H:%M"]
    columns:
      ticket_id: number
      opened_at: {from: opened}
      source_verdict: {from: made_sla, codes: {"true": met}}
    constants: {ticket_type_code: incident}
"""


def profile_from(tmp_path: Path, text: str) -> SourceProfile:
    path = tmp_path / "helpdesk.yml"
    path.write_text(text, encoding="utf-8")
    return read_yaml_model(path, SourceProfile)


SNAPSHOTS = """
name: nightly
description: What the tool knows every night.
files:
  - pattern: "dump_*.csv"
    entity: tickets
    zone: Europe/Berlin
    exported_at: '_([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{6}Z)?)[.]'
    exported_at_time: "23:30"
    history: snapshots
"""


def reading_of(file_name: str) -> Reading:
    return choose_reading(file_name, load_profiles(), load_contracts())


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("Europe/Berlin", "Europe/Bonn", "files.0.zone: an IANA zone", id="zone"),
        pytest.param("entity: tickets", "entity: tickts", "entity: by_file_name or the name", id="entity"),
        pytest.param("ticket_id: number", "number: number", "names of columns of tickets", id="unknown target"),
        pytest.param("      ticket_id: number\n", "", "missing ['ticket_id']", id="required target forgotten"),
        pytest.param('"true": met', '"true": fulfilled', "fulfilled", id="code that the contract does not allow"),
        pytest.param(
            '"true": met', "true: met", "files.0.columns.source_verdict", id="code that YAML reads as boolean"
        ),
        pytest.param("constants: {ticket_type_code", "constants: {opened_at", "not also in columns", id="set twice"),
        pytest.param("%d/%m/%Y %H:%M", "dd/mm/yyyy", "strptime", id="timestamp format"),
        pytest.param("zone: Europe/Berlin", "encoding: utf-9", "files.0.encoding", id="encoding"),
        pytest.param("zone: Europe/Berlin", "delimiter: '||'", "files.0.delimiter", id="delimiter"),
        pytest.param("zone: Europe/Berlin", "format: html", "files.0.format", id="format"),
        pytest.param("zone: Europe/Berlin", "sheet: Tickets", "sheet: only with format xlsx", id="sheet of a text"),
        pytest.param(
            "zone: Europe/Berlin",
            "format: parquet\n    header_row: 2",
            "header_row: only with format csv or xlsx",
            id="header row of a Parquet file",
        ),
        pytest.param("zone: Europe/Berlin", "header_row: 0", "files.0.header_row", id="header row before the first"),
        pytest.param("zone: Europe/Berlin", "quote: ','", "a sign that is not the quote", id="quote that delimits"),
        pytest.param("zone: Europe/Berlin", "exported_at: '[0-9]+'", "one group", id="pattern without group"),
        pytest.param("zone: Europe/Berlin", "header_rows: 0", "files.0.header_rows", id="header without rows"),
        pytest.param(
            "zone: Europe/Berlin", "repeated_columns: keep", "files.0.repeated_columns", id="repeated columns kept"
        ),
        pytest.param("zone: Europe/Berlin", "records: issues", "records: only with format json", id="list in a CSV"),
        pytest.param("zone: Europe/Berlin", "each: a[]", "each: only with format json or jsonl", id="array in a CSV"),
        pytest.param(
            "zone: Europe/Berlin", "format: json\n    each: a.b", "files.0.each: the path of an array", id="no array"
        ),
        pytest.param(
            "zone: Europe/Berlin", "with_object: true", "with_object, before_first: only with each", id="no elements"
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "format: jsonl\n    unpivot: {columns: [Q*]}",
            "unpivot: only with format csv or xlsx or parquet",
            id="questions of objects",
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "unpivot: {columns: [Q*], question: answer}",
            "unpivot.answer: another name than unpivot.question",
            id="one name for question and answer",
        ),
        pytest.param("zone: Europe/Berlin", "unpivot: {columns: []}", "files.0.unpivot.columns", id="no question"),
        pytest.param("zone: Europe/Berlin", "zone: TODO", "a decision instead of TODO; found files.0.zone", id="to do"),
        pytest.param("zone: Europe/Berlin", "zoen: UTC", "files.0.zoen", id="unknown key"),
        pytest.param('["%d/%m/%Y %H:%M"]', "[", "cannot be read", id="no YAML"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert profile_from(tmp_path, VALID).default_source_system == "helpdesk"
    with pytest.raises(ConfigurationInvalid) as refusal:
        profile_from(tmp_path, VALID.replace(old, new))
    assert complaint in str(refusal.value)
    assert "helpdesk.yml" in str(refusal.value)


@pytest.mark.parametrize(
    ("file_name", "profile", "entity"),
    [
        ("tickets.csv", "canonical", "tickets"),
        ("Tickets_2026-01-05.CSV", "canonical", "tickets"),
        ("ticket_events-late.tsv", "canonical", "ticket_events"),
        ("calendar_exceptions.2026.csv", "canonical", "calendar_exceptions"),
        ("boston_311_requests.csv", "boston_311", "tickets"),
    ],
)
def test_a_file_name_leads_to_its_profile_and_entity(file_name: str, profile: str, entity: str) -> None:
    reading = reading_of(file_name)
    assert (reading.profile.name, reading.contract.entity) == (profile, entity)


def test_the_longest_entity_name_wins() -> None:
    tickets, events = load_contracts()["tickets"], load_contracts()["ticket_events"]
    reading = choose_reading("tickets_late.csv", load_profiles(), {"tickets": tickets, "tickets_late": events})
    assert reading.contract is events


def test_the_extension_tsv_means_tabs() -> None:
    assert reading_of("tickets.tsv").file_profile.delimiter == "\t"
    assert reading_of("tickets.csv").file_profile.delimiter == ","


@pytest.mark.parametrize("file_name", ["ticketsx.csv", "tickets.xls", "notes.csv", "README.md", "tickets"])
def test_a_name_that_no_profile_claims_is_refused(file_name: str) -> None:
    with pytest.raises(FileRefused, match="no source profile reads a file of this name"):
        reading_of(file_name)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "xlsx", "parquet"])
def test_the_extension_says_the_format_of_canonical_files(suffix: str) -> None:
    reading = reading_of(f"tickets_2026-01-05.{suffix}")
    assert reading.file_profile.format == {"tsv": "csv"}.get(suffix, suffix)
    assert reading.exported_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_the_first_name_that_a_profile_claims_says_how_a_packed_file_is_read() -> None:
    names = ("backup.zip", "backup.csv", "ticket_events.jsonl")
    (reading,) = choose_readings_by_names(names, load_profiles(), load_contracts())
    assert (reading.contract.entity, reading.file_profile.format) == ("ticket_events", "jsonl")
    with pytest.raises(FileRefused, match="no source profile reads a file of this name"):
        choose_readings_by_names(("backup.zip", "backup.csv"), load_profiles(), load_contracts())


def test_a_name_that_two_profiles_claim_is_refused(tmp_path: Path) -> None:
    helpdesk = profile_from(tmp_path, VALID)
    service_desk = helpdesk.model_copy(update={"name": "service_desk"})
    with pytest.raises(FileRefused, match="several source profiles"):
        choose_reading("hd_1.csv", [helpdesk, service_desk], load_contracts())


@pytest.mark.parametrize(
    ("file_name", "exported_at"),
    [
        ("tickets_2026-01-05.csv", datetime(2026, 1, 5, tzinfo=UTC)),
        ("tickets_2026-01-05T213000Z.csv", datetime(2026, 1, 5, 21, 30, tzinfo=UTC)),
        ("tickets.csv", None),
        ("tickets_12026-01-051.csv", None),
    ],
)
def test_the_export_time_comes_from_the_file_name(file_name: str, exported_at: datetime | None) -> None:
    assert reading_of(file_name).exported_at == exported_at


def test_an_export_date_that_does_not_exist_refuses_the_file() -> None:
    with pytest.raises(FileRefused, match="2026-02-30"):
        reading_of("tickets_2026-02-30.csv")


@pytest.mark.parametrize("option", ["unpivot: {columns: [Q*]}", "format: json\n    each: a[]"])
def test_what_makes_columns_of_its_own_needs_a_map_of_columns(tmp_path: Path, option: str) -> None:
    start, _, rest = VALID.partition("    columns:\n")
    text = start.replace("zone: Europe/Berlin", option) + "    constants:" + rest.partition("    constants:")[2]
    with pytest.raises(ConfigurationInvalid, match="only with columns"):
        profile_from(tmp_path, text)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("entity: tickets", "entity: ticket_events", "only with entity: tickets", id="entity"),
        pytest.param(
            "    history: snapshots\n", "    snapshot_interval_hours: 12\n", "only with history", id="interval"
        ),
        pytest.param("history: snapshots", "history: guesses", "files.0.history", id="history"),
        pytest.param('"23:30"', "23:30", "in quotes", id="time of day that YAML reads as a number"),
        pytest.param('"23:30"', '"24:30"', "a time of day", id="time of day"),
        pytest.param(
            "    exported_at: '_([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{6}Z)?)[.]'\n    exported_at_time: \"23:30\"\n",
            "",
            "without which no change can be dated",
            id="nothing dates a change",
        ),
    ],
)
def test_a_source_of_snapshots_that_cannot_work_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in SNAPSHOTS
    with pytest.raises(ConfigurationInvalid, match=re.escape(complaint)):
        profile_from(tmp_path, SNAPSHOTS.replace(old, new))


@pytest.mark.parametrize(
    ("file_name", "instant"),
    [
        ("dump_2026-01-05.csv", datetime(2026, 1, 5, 22, 30, tzinfo=UTC)),
        ("dump_2026-07-05.csv", datetime(2026, 7, 5, 21, 30, tzinfo=UTC)),
        ("dump_2026-01-05T040000Z.csv", datetime(2026, 1, 5, 4, tzinfo=UTC)),
    ],
)
def test_a_snapshot_is_dated_by_its_name_and_the_local_time_of_its_export(
    tmp_path: Path, file_name: str, instant: datetime
) -> None:
    reading = choose_reading(file_name, [profile_from(tmp_path, SNAPSHOTS)], load_contracts())
    assert reading.exported_at == instant
    assert reading.file_profile.snapshot_interval == timedelta(hours=24)


def test_a_snapshot_of_which_only_the_day_is_known_is_refused(tmp_path: Path) -> None:
    """Dated at the beginning of that day its changes would lie before they happened."""
    profile = profile_from(tmp_path, SNAPSHOTS.replace('    exported_at_time: "23:30"\n', ""))
    for name in ("dump_2026-01-05.csv", "dump_latest.csv"):
        with pytest.raises(FileRefused, match="the instant at which this snapshot was taken"):
            choose_reading(name, [profile], load_contracts())
    assert choose_reading("dump_2026-01-05T040000Z.csv", [profile], load_contracts()).exported_at is not None


def test_rows_that_say_when_they_changed_need_no_date_in_the_file_name(tmp_path: Path) -> None:
    text = SNAPSHOTS + "    columns: {ticket_id: id, opened_at: opened, updated_at: changed}\n"
    assert choose_reading("dump_latest.csv", [profile_from(tmp_path, text)], load_contracts()).exported_at is None
