"""What is proposed for a stranger's file: right where the file tells, a question where it does not, never code of the file."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.mapping import plan_mapping
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.readers import open_reader
from supplier_sla.landing.refusal import FileRefused, Problem
from supplier_sla.landing.yaml_model import ConfigurationInvalid, read_yaml_model
from supplier_sla.new_source import beginning, layout
from supplier_sla.new_source.__main__ import main
from supplier_sla.new_source.proposal import NameNotUsable, Proposal, propose
from supplier_sla.terminal import harmless
from tests.support.export_files import WRITERS, delimited, workbook, zipped
from tests.support.readings import choose_reading
from tests.support.strangers_files import JIRA_ISSUES, QUALTRICS_CSV, ZENDESK_TICKETS, jira_search, zendesk_answer

HEADER = ["Ticket No", "Status", "Created", "Resolved", "Team", "Remarks"]
ROWS = [
    [
        f"T{number:05}",
        ["Open", "Closed", "Parked"][number % 3],
        f"{number % 28 + 1:02}/03/2026 09:{number % 60:02}",
        "-" if number % 2 else f"{number % 28 + 1:02}/04/2026 10:00",
        ["Desk", "Field"][number % 2],
        f"text {number}",
    ]
    for number in range(60)
]


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def profile_of(tmp_path: Path, proposal: Proposal, **decisions: str) -> SourceProfile:
    """The proposal with decisions in place of what it leaves open: by key, or by what stands before the TODO."""
    text = proposal.text
    for before, decision in decisions.items():
        assert f"{before}: TODO" in text, text
        text = text.replace(f"{before}: TODO", f"{before}: {decision}")
    path = tmp_path / f"{yaml.safe_load(text)['name']}.yml"
    path.write_text(text, encoding="utf-8")
    return read_yaml_model(path, SourceProfile)


def rows_read(path: Path, profile: SourceProfile) -> tuple[list[dict[str, str]], list[Problem], int]:
    """Rows as the landing door would take them, what could not be converted, and the number of broken records."""
    reading = choose_reading(path.name, (profile,), load_contracts())
    rows: list[dict[str, str]] = []
    problems: list[Problem] = []
    broken = 0
    with path.open("rb") as stream:
        reader = open_reader(stream, reading, UnpackLimits())
        mapping = plan_mapping(reading, reader.header, columns_found=reader.columns_found, has_extras=reader.has_extras)
        for batch in reader.batches():
            broken += len(batch.broken)
            found = mapping.rows(batch, problems)
            rows += [dict(zip(mapping.target_names, row, strict=True)) for row in found]
    return rows, problems, broken


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_proposal_of_every_format_loads_the_file_when_its_questions_are_answered(
    tmp_path: Path, suffix: str
) -> None:
    path = written(tmp_path, f"export_2026-03-31.{suffix}", WRITERS[suffix](HEADER, ROWS))
    proposal = propose(path)
    assert proposal.to_do == ("files.0.zone",)
    with pytest.raises(
        ConfigurationInvalid, match=r"is not finished; expected a decision instead of TODO; found files\.0\.zone"
    ):
        profile_of(tmp_path, proposal)
    profile = profile_of(tmp_path, proposal, zone="Europe/Berlin")
    rows, problems, broken = rows_read(path, profile)
    assert (len(rows), problems, broken) == (60, [], 0)
    assert {key: value for key, value in rows[1].items() if key != "_extra"} == {
        "ticket_id": "T00001",
        "state_code": "closed",
        "opened_at": "2026-03-02T08:01:00Z",
        "resolved_at": "",
        "work_centre_id": "Field",
    }
    assert json.loads(rows[1]["_extra"]) == {"Remarks": "text 1"}
    assert profile.files[0].exported_at_of("export_2026-03-31.csv") is not None


def test_what_was_seen_stands_beside_what_is_proposed(tmp_path: Path) -> None:
    text = propose(written(tmp_path, "export.csv", delimited(HEADER, ROWS, delimiter=";"))).text
    assert '    delimiter: ";"\n' in text
    assert '    timestamp_formats: ["%d/%m/%Y %H:%M"]' in text
    assert '    null_marks: ["", "-"]  # seen in 1 columns\n' in text
    # Of Open the tools that we know do not agree what it means.
    assert "# Not known, kept as codes of their own: Open (20), Parked (20)" in text
    assert "    #   Remarks: text, 60 values in 60 records" in text


@pytest.mark.parametrize(
    ("dates", "formats"),
    [
        pytest.param(["13/02/2026 10:00", "01/02/2026 10:00"], '["%d/%m/%Y %H:%M"]', id="a day above 12 first"),
        pytest.param(["02/13/2026 10:00", "01/02/2026 10:00"], '["%m/%d/%Y %H:%M"]', id="a day above 12 second"),
        pytest.param(["01/02/2026 10:00", "03/04/2026 10:00"], "[TODO]", id="no evidence"),
        pytest.param(["13/02/2026 10:00", "02/13/2026 10:00"], "[TODO]", id="evidence for both"),
        pytest.param(["2026-02-13T10:00:00Z", "2026-02-13T10:00:00+01:00"], "[iso8601]", id="ISO 8601"),
        pytest.param(["13.02.2026 10:00", "01.02.2026 10:00"], '["%d.%m.%Y %H:%M"]', id="points"),
        pytest.param(["2026年2月13日 10:00", "2026年2月1日 10:00"], '["%Y年%m月%d日 %H:%M"]', id="Chinese"),
        pytest.param(["13/Feb/26 9:05 AM", "01/Feb/26 1:05 PM"], '["%d/%b/%y %I:%M %p"]', id="month as a word"),
        pytest.param(
            ["2026-02-13 10:00", "2026-02-13 10:00", "13.02.2026"], '[iso8601, "%d.%m.%Y"]', id="the usual one first"
        ),
    ],
)
def test_day_and_month_are_told_by_evidence_or_asked(tmp_path: Path, dates: list[str], formats: str) -> None:
    rows = [[f"T{number}", date] for number, date in enumerate(dates * 3)]
    proposal = propose(written(tmp_path, "tickets_of_x.csv", delimited(["ticket_id", "opened_at"], rows)))
    assert f"    timestamp_formats: {formats}" in proposal.text
    assert ("files.0.timestamp_formats.0" in proposal.to_do) is ("TODO" in formats)
    has_offset = formats == "[iso8601]"
    assert ("files.0.zone" in proposal.to_do) is not has_offset


def test_another_column_may_tell_what_the_day_is(tmp_path: Path) -> None:
    rows = [["T1", "01/02/2026 10:00", "25/02/2026"], ["T2", "02/02/2026 10:00", "26/02/2026"]]
    text = propose(written(tmp_path, "x.csv", delimited(["ticket_id", "opened_at", "born"], rows))).text
    assert '    timestamp_formats: ["%d/%m/%Y %H:%M"]' in text


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(
            "Ticket No;Created;Team\nT1;2026-01-05;Störung\nT2;2026-01-06;Büro\n".encode("cp1252"),
            "cp1252",
            id="Western",
        ),
        pytest.param(
            "工单号;创建时间;处理组\nT1;2026-01-05;现场服务\nT2;2026-01-06;投诉\n".encode("gb18030"),
            "gb18030",
            id="Chinese",
        ),
        pytest.param("工单号;创建时间;处理组\nT1;2026-01-05;现场服务\n".encode("utf-16"), "detect", id="UTF-16"),
        pytest.param("工单号;创建时间;处理组\nT1;2026-01-05;现场服务\n".encode("utf-8-sig"), "detect", id="mark"),
        pytest.param("工单号;创建时间;处理组\nT1;2026-01-05;现场服务\n".encode(), "utf-8", id="UTF-8"),
    ],
)
def test_the_encoding_is_told_or_guessed_and_said_so(tmp_path: Path, content: bytes, encoding: str) -> None:
    path = written(tmp_path, "export.csv", content)
    proposal = propose(path)
    assert f"    encoding: {encoding}\n" in proposal.text
    assert ("is a guess" in proposal.text) is (encoding in ("cp1252", "gb18030"))
    rows, problems, _ = rows_read(path, profile_of(tmp_path, proposal, zone="UTC"))
    assert problems == []
    assert rows[0]["work_centre_id"] in ("Störung", "现场服务")


def test_the_header_is_found_below_a_title_and_twice_the_same_name_is_numbered(tmp_path: Path) -> None:
    content = b"Open tickets\nas of today,,,\n\nTicket No,Created,Comment,Comment\nT1,2026-01-05T00:00:00Z,a,b\n"
    for path in (
        written(tmp_path, "a.csv", content),
        written(
            tmp_path,
            "a.xlsx",
            workbook(
                ["Ticket No", "Created", "Comment", "Comment"],
                [["T1", "2026-01-05T00:00:00Z", "a", "b"]],
                above=[["Open tickets"], ["as of today"], []],
            ),
        ),
    ):
        proposal = propose(path)
        assert "    header_row: 4\n" in proposal.text
        rows, _, _ = rows_read(path, profile_of(tmp_path, proposal))
        assert [(row["ticket_id"], json.loads(row["_extra"])) for row in rows] == [
            ("T1", {"Comment": "a", "Comment.2": "b"})
        ]


def test_a_survey_is_recognised_by_its_header(tmp_path: Path) -> None:
    text = propose(written(tmp_path, "answers.csv", QUALTRICS_CSV)).text
    assert "    skip_after_header: 2\n" in text
    assert "survey_tool.yml reads such files" in text


def test_a_list_inside_a_json_document_is_found_and_lists_inside_its_objects_are_told(tmp_path: Path) -> None:
    text = propose(written(tmp_path, "jira.json", jira_search(JIRA_ISSUES))).text
    assert "    records: issues\n" in text
    assert "    #   changelog.histories: a list of objects; `each: changelog.histories[]`" in text
    assert "already reads such columns: jira_service_management (jira_issues*.json) as tickets" in text
    proposal = propose(written(tmp_path, "z.json", zendesk_answer("tickets", ZENDESK_TICKETS)), name="z")
    assert "records: users" in proposal.text  # the first list that stands there; a person sees it
    assert proposal.to_do


def test_only_the_beginning_of_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "MOST_BYTES", 600)
    contents = {suffix: WRITERS[suffix](HEADER, ROWS) for suffix in ("csv", "jsonl", "json")}
    for suffix, content in contents.items():
        whole = propose(written(tmp_path, f"a.{suffix}", content)).text
        packed = propose(written(tmp_path, f"a.{suffix}.gz", gzip.compress(content))).text
        assert whole == packed
        assert "from the first" in whole.splitlines()[0]
        assert "60 records" not in whole
    monkeypatch.setattr(layout, "MOST_RECORDS", 5)
    assert "records: 5" not in propose(written(tmp_path, "a.parquet", WRITERS["parquet"](HEADER, ROWS))).text


def test_of_an_archive_the_first_file_is_described(tmp_path: Path) -> None:
    members = [("export.csv", delimited(HEADER, ROWS)), ("other.csv", b"x")]
    text = propose(zipped(tmp_path / "all.zip", members)).text
    assert "# Note: one of 2 files in all.zip" in text
    assert '- pattern: "export*.csv"' in text


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        pytest.param("a.csv", b"", "an empty file", id="empty"),
        pytest.param("a.csv", b" \n\n", "an empty file", id="blank"),
        pytest.param("a.csv", b"1,2026-01-05,3\n2,2026-01-06,4\n", "a row of column names", id="no header"),
        pytest.param("a.csv", b"id,opened\n", "records below", id="no records"),
        pytest.param("a.json", b'{"a":\n1}', "a list of objects", id="no list"),
        pytest.param("a.csv.gz", gzip.compress(b"a,b\n" * 1000)[:-30], "cannot be read|complete", id="cut"),
        pytest.param("a.gz", gzip.compress(gzip.compress(b"a,b\n")), "packed once", id="packed twice"),
        pytest.param("a.xlsx", b"PK\x03\x04 no archive", "complete zip archive", id="no workbook"),
    ],
)
def test_a_file_that_tells_nothing_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    with pytest.raises(FileRefused, match=complaint):
        propose(written(tmp_path, name, content))


def test_the_command_prints_yaml_and_says_what_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "a.csv", delimited(HEADER, ROWS))
    assert main([str(path), "--name", "helpdesk"]) == 0
    printed = capsys.readouterr()
    assert yaml.safe_load(printed.out)["name"] == "helpdesk"
    assert printed.err == "1 to decide before the profile loads: files.0.zone\n"
    assert main([str(tmp_path / "no\x1bsuch.csv")]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Help desk", "1st", "../x", ""])
def test_a_name_that_no_profile_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NameNotUsable):
        propose(written(tmp_path, "a.csv", delimited(HEADER, ROWS)), name=name)


NASTY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12) | st.sampled_from(
    ["TODO", "a: b", "- x", "# c", "\n  zone: UTC", "\u2028x: y", "{", "&a", "*a", "!!python/object:os.system", '"', "'", "%",
     "\x1b[2J", "\ufeff", "yes", "null", "1", "\u202e"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(names=st.lists(NASTY, min_size=3, max_size=6), value=NASTY)
def test_names_and_values_of_the_file_stay_texts(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], value: str
) -> None:
    """Nothing in a file becomes a key of the profile, a tag, or a sign that steers a terminal."""
    folder = tmp_path_factory.mktemp("nasty")
    header = ["Ticket No", "Created", "Status", *names]
    rows = [[f"T{number}", "2026-01-05T10:00:00Z", value, *[value] * len(names)] for number in range(6)]
    try:
        proposal = propose(written(folder, "x.csv", delimited(header, rows)))
    except FileRefused:
        return
    content: dict[str, Any] = yaml.safe_load(proposal.text)
    assert set(content) == {"name", "description", "files"}
    (file,) = content["files"]
    known = {
        "pattern",
        "entity",
        "format",
        "encoding",
        "delimiter",
        "zone",
        "timestamp_formats",
        "null_marks",
        "columns",
    }
    assert set(file) <= known | {"repeated_columns", "header_rows", "header_row", "quote"}
    assert all(harmless(line) == line for line in proposal.text.split("\n"))
    given_columns = {source if isinstance(source, str) else source["from"] for source in file["columns"].values()}
    assert given_columns <= {"TODO", *(name.strip() for name in header)} | {
        f"{n.strip()}.{i}" for n in header for i in range(9)
    }


def test_the_name_of_the_file_stays_a_text(tmp_path: Path) -> None:
    path = written(tmp_path, 'a"b\\c: #d\n[e]\x1b.csv', delimited(HEADER, ROWS))
    proposal = propose(path, name="x")
    assert all(harmless(line) == line for line in proposal.text.split("\n"))
    content = yaml.safe_load(proposal.text)
    assert content["description"] == f"Exports such as {path.name}."
    rows, _, _ = rows_read(path, profile_of(tmp_path, proposal, zone="UTC"))
    assert len(rows) == 60


def test_the_citys_own_file_loads_when_its_two_words_are_explained(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "boston_311" / "boston_311_requests.csv"
    proposal = propose(path)
    profile = profile_of(tmp_path, proposal, **{'"ONTIME"': "met", '"OVERDUE"': "breached"})
    rows, problems, broken = rows_read(path, profile)
    assert (len(rows), problems, broken) == (5_473, [], 0)
    assert rows[0]["opened_at"] == "2025-08-01 06:35:06.539+00"


def test_the_audit_log_loads_when_its_zone_is_told(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "servicenow_incident_log" / "incident_event_log_first_1000.csv"
    proposal = propose(path)
    assert proposal.to_do == ("files.0.zone",)
    rows, problems, broken = rows_read(path, profile_of(tmp_path, proposal, zone="UTC"))
    assert (len(rows), problems, broken) == (6_784, [], 0)
    first = {name: rows[0][name] for name in ("ticket_id", "opened_at", "priority_code", "updated_at")}
    assert first == {
        "ticket_id": "INC0000045",
        "opened_at": datetime(2016, 2, 29, 1, 16).isoformat() + "Z",
        "priority_code": "P3",
        "updated_at": "2016-02-29T01:23:00Z",
    }
