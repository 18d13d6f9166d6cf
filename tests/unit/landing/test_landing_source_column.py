"""A source column says where values come from and what they mean; what cannot be meant is refused when it is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.mapping import FileMapping, plan_mapping
from supplier_sla.landing.profiles.profile import SourceProfile, load_profiles
from supplier_sla.landing.profiles.reading import Reading, choose_readings
from supplier_sla.landing.profiles.source_column import SourceColumn
from supplier_sla.landing.readers import Batch
from supplier_sla.landing.refusal import FileRefused, Problem
from tests.conftest import REPOSITORY

REQUIRED = {"ticket_id": "number", "opened_at": "opened"}


def profile(columns: dict, *, entity: str = "tickets", **options: Any) -> SourceProfile:
    """A profile of hd_*.csv with the required columns and these."""
    file = {"pattern": "hd_*.csv", "entity": entity, "columns": {**REQUIRED, **columns}, **options}
    return SourceProfile.model_validate({"name": "helpdesk", "description": "Help desk.", "files": [file]})


def reading(columns: dict, **options: Any) -> Reading:
    (only,) = choose_readings("hd_1.csv", [profile(columns, **options)], load_contracts())
    return only


def planned(columns: dict, header: list[str], **options: Any) -> FileMapping:
    return plan_mapping(reading(columns, **options), ["number", "opened", *header])


def mapped(
    columns: dict, header: list[str], *records: list[str], **options: object
) -> tuple[list[dict[str, str]], list[Problem]]:
    """Rows of records whose first two values are T1 and an instant."""
    mapping = planned(columns, header, **options)
    whole = [["T1", "2026-01-05T09:12:44Z", *record] for record in records]
    problems: list[Problem] = []
    rows = mapping.rows(mapping.fitting(Batch(whole, range(2, 2 + len(whole)))), problems)
    return [dict(zip(mapping.target_names, row, strict=True)) | mapping.constants for row in rows], problems


def values(name: str, source: object, header: list[str], *records: list[str], **options: Any) -> list[str]:
    rows, problems = mapped({name: source}, header, *records, **options)
    assert problems == []
    return [row[name] for row in rows]


def test_of_several_columns_the_first_that_is_filled_counts() -> None:
    header = ["Name", "title"]
    records = [["a", "b"], ["", "b"], ["?", "b"], ["", ""]]
    assert values("title", ["title", "name"], header, *records, null_marks=["?"]) == ["b", "b", "b", ""]
    assert values("title", ["name", "title"], header, *records, null_marks=["?"]) == ["a", "b", "b", ""]
    assert values("title", ["name", "title"], ["title"], ["b"]) == ["b"]


def test_a_file_without_any_of_several_columns_is_refused() -> None:
    with pytest.raises(FileRefused, match="expected name or title"):
        planned({"title": ["name", "title"]}, ["site"])


def test_a_derived_key_joins_columns_and_is_none_where_one_is_missing() -> None:
    key = {"join": ["site", "team"], "separator": "/"}
    assert values("work_centre_id", key, ["team", "site"], ["A", "B"], ["A", ""], ["", ""]) == ["B/A", "", ""]
    with pytest.raises(FileRefused, match="expected team"):
        planned({"work_centre_id": key}, ["site"])


def test_a_value_counts_only_where_another_column_says_so() -> None:
    source = {"from": "made", "when": {"state": ["Closed", "7"]}, "codes": {"y": "met", "n": "breached"}}
    records = [["y", "closed"], ["n", "7"], ["y", "New"], ["nonsense", "New"]]
    assert values("source_verdict", source, ["made", "state"], *records) == ["met", "breached", "", ""]
    with pytest.raises(FileRefused, match="expected state"):
        planned({"source_verdict": source}, ["made"])


def test_a_condition_may_ask_for_no_value() -> None:
    source = {"from": "title", "when": {"parent": [""]}}
    assert values("title", source, ["title", "parent"], ["a", "?"], ["b", "P1"], null_marks=["?"]) == ["a", ""]


def test_a_constant_counts_where_another_column_says_so() -> None:
    source = {"constant": "change", "when": {"kind": ["RFC"]}}
    assert values("ticket_type_code", source, ["kind"], ["rfc"], ["INC"]) == ["change", ""]


def test_of_several_sources_the_first_that_has_a_value_counts() -> None:
    source = {
        "first_of": [{"from": "kind", "codes": {"1": "incident"}, "unknown_code": "other"}, "type"],
        "if_null": "none",
    }
    records = [["1", "x"], ["2", "x"], ["", "x"], ["", ""]]
    assert values("ticket_type_code", source, ["kind", "type"], *records) == ["incident", "other", "x", "none"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({"unknown_code": "keep"}, ["in_progress", "-100"], id="kept"),
        pytest.param({"unknown_code": "other"}, ["in_progress", "other"], id="given code"),
        pytest.param({}, ["in_progress"], id="quarantined"),
    ],
)
def test_a_code_that_is_not_known_follows_its_rule(rule: dict, expected: list[str]) -> None:
    source = {"from": "state", "codes": {"Active": "in_progress"}, **rule}
    rows, problems = mapped({"state_code": source}, ["state"], ["Active"], ["-100"])
    bad = {problem.line for problem in problems}
    assert [row["state_code"] for line, row in enumerate(rows, start=2) if line not in bad] == expected
    assert [(problem.line, problem.reason_code) for problem in problems] == ([] if rule else [(3, "unknown_code")])


def test_codes_may_ignore_case() -> None:
    codes = {"from": "state", "codes": {"In Progress": "in_progress"}, "unknown_code": "keep"}
    records = [["IN PROGRESS"], ["In Progress"], ["New"]]
    assert values("state_code", codes, ["state"], *records) == ["IN PROGRESS", "in_progress", "New"]
    ignoring = {**codes, "ignore_case": True}
    assert values("state_code", ignoring, ["state"], *records) == ["in_progress", "in_progress", "New"]


def test_truth_is_known_in_every_spelling() -> None:
    source = {"from": "breached", "truth": ["breached", "met"]}
    assert values("source_verdict", source, ["breached"], ["TRUE"], ["no"], ["1"], ["False"], [""]) == [
        "breached", "met", "breached", "met", "",
    ]  # fmt: skip
    _, problems = mapped({"source_verdict": source}, ["breached"], ["perhaps"])
    assert [problem.reason_code for problem in problems] == ["unknown_code"]


def test_a_column_may_have_null_marks_and_formats_of_its_own() -> None:
    columns = {
        "resolved_at": {"from": "done", "timestamp_formats": ["%d.%m.%Y %H:%M", "iso8601"], "null_marks": ["never"]},
        "title": "title",
    }
    rows, problems = mapped(
        columns, ["done", "title"], ["1.2.2026 08:00", "never"], ["never", "-"], null_marks=["-"], zone="UTC"
    )
    assert [(row["resolved_at"], row["title"]) for row in rows] == [("2026-02-01T08:00:00Z", "never"), ("", "")]
    assert problems == []


def test_a_tie_breaker_keeps_versions_of_one_minute_in_order() -> None:
    source = {"from": "updated", "tie_breaker": "mod", "timestamp_formats": "%d/%m/%Y %H:%M"}
    records = [["29/2/2016 01:16", "0"], ["29/2/2016 01:16", "12"], ["29/2/2016 01:16", ""], ["", "3"]]
    assert values("updated_at", source, ["updated", "mod"], *records, zone="UTC") == [
        "2016-02-29T01:16:00Z", "2016-02-29T01:16:00.000012Z", "2016-02-29T01:16:00Z", "",
    ]  # fmt: skip
    _, problems = mapped({"updated_at": source}, ["updated", "mod"], ["29/2/2016 01:16", "x"], ["bad", "1"], zone="UTC")
    assert [(problem.line, problem.value_found) for problem in problems] == [(3, "bad"), (2, "x")]


def test_a_file_may_call_a_column_otherwise() -> None:
    options = {"also_called": {"opened": ["Opened at"], "state": ["Status", "Zustand"]}}
    only = reading({"state_code": "state"}, **options)
    mapping = plan_mapping(only, ["number", "OPENED AT", "zustand"])
    assert mapping.target_names == ("ticket_id", "opened_at", "state_code")
    both = plan_mapping(only, ["number", "opened", "zustand", "status"])
    assert (both.extra_columns, both.rows(Batch([["T1", "2026", "new", "2"]], [2]), [])) == (
        ("zustand",), [("T1", "2026", "2", '{"zustand": "new"}')],
    )  # fmt: skip


def test_records_that_do_not_fit_belong_to_another_entity() -> None:
    mapping = planned({}, ["kind"], where={"kind": ["INC", ""]})
    batch = Batch([["T1", "a", "inc"], ["T2", "b", "CHG"], ["T3", "c", ""]], [2, 4, 7])
    fitting = mapping.fitting(batch)
    assert ([record[0] for record in fitting.records], list(fitting.lines)) == (["T1", "T3"], [2, 7])
    with pytest.raises(FileRefused, match="expected kind"):
        planned({}, [], where={"kind": ["INC"]})


def test_what_stands_for_no_value_stands_for_a_missing_column_too() -> None:
    source = {"from": "team", "optional": True, "if_null": "nobody"}
    assert values("work_centre_id", source, ["title"], ["x"]) == ["nobody"]


NONSENSE = [
    ({}, "one of from, join, constant"),
    ({"from": "a", "join": ["b", "c"]}, "one of from, join, constant"),
    ({"from": []}, "at least 1 item"),
    ({"from": ["a", "A"]}, "each column once"),
    ({"from": [" "]}, "none of them empty"),
    ({"from": "a", "separator": "/"}, "separator: only with join"),
    ({"join": ["a"]}, "join: at least two columns"),
    ({"constant": "x"}, "constant: together with when"),
    ({"constant": "x", "when": {"a": ["1"]}, "codes": {"x": "y"}}, "codes: not of a constant"),
    ({"constant": "x", "when": {"a": ["1"]}, "optional": True}, "optional: not of a constant"),
    ({"from": "a", "when": {}}, "at least one column with its values"),
    ({"from": "a", "when": {"b": []}}, "a column and at least one value"),
    ({"from": "a", "when": {"b": [True]}}, "valid string"),
    ({"from": "a", "when": {"b": ["1"]}, "if_null": "x"}, "if_null: not together with when"),
    ({"from": "a", "unknown_code": "keep"}, "unknown_code: only with codes"),
    ({"from": "a", "ignore_case": True}, "ignore_case: only with codes"),
    ({"from": "a", "codes": {}}, "at least 1 item"),
    ({"from": "a", "codes": {"": "x"}}, "no empty code"),
    ({"from": "a", "codes": {"a": "x", "A": "y"}, "ignore_case": True}, "each code once"),
    ({"from": "a", "codes": {"a": "x"}, "truth": ["y", "n"]}, "truth: not together with codes"),
    ({"from": "a", "truth": ["y"]}, "truth"),
    ({"from": "a", "truth": ["y", ""]}, "truth: two codes"),
    ({"from": "a", "timestamp_formats": ["%Y"]}, "timestamp_formats: only of timestamps, not of code"),
    ({"from": "a", "timestamp_formats": ["dd.mm.yyyy"]}, "strptime"),
    ({"from": "a", "tie_breaker": "b"}, "tie_breaker: only of timestamps, not of code"),
    ({"from": "a", "codes": {"x": "y"}, "tie_breaker": "b"}, "not together with timestamp_formats or tie_breaker"),
    ({"first_of": ["a"]}, "at least 2 items"),
    ({"first_of": ["a", "b"], "codes": {"x": "y"}}, "codes: not beside first_of"),
    ({"first_of": ["a", {"from": "b", "if_null": "x"}]}, "if_null: not inside first_of"),
    ({"first_of": ["a", {"first_of": ["b", "c"]}]}, "not inside another first_of"),
    ({"first_of": ["a", {"from": "b", "tie_breaker": "c"}]}, "tie_breaker: only of timestamps"),
]


@pytest.mark.parametrize(("source", "complaint"), NONSENSE, ids=[complaint for _, complaint in NONSENSE])
def test_a_source_that_cannot_be_meant_is_refused(source: dict, complaint: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        profile({"state_code": source})
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("columns", "options", "complaint"),
    [
        ({"opened_at": {"from": "a", "codes": {"x": "y"}}}, {}, "codes, truth: not of a timestamp"),
        ({"ticket_id": {"from": "a", "when": {"b": ["1"]}}}, {}, "when: not of a required column"),
        ({"ticket_id": {"from": "a", "optional": True}}, {}, "optional: not of a required column without if_null"),
        ({"source_verdict": {"from": "a", "truth": ["ok", "breached"]}}, {}, "(found ['ok'])"),
        ({"source_verdict": {"from": "a", "codes": {"a": "met"}, "unknown_code": "x"}}, {}, "(found ['x'])"),
        ({}, {"where": {}}, "at least one column with its values"),
        ({}, {"also_called": {"state": ["Status"]}}, "also_called.state: a column that the profile reads"),
        ({}, {"also_called": {"number": ["Opened"]}}, "names that mean no other column"),
        ({}, {"also_called": {"number": ["No"], "opened": ["no"]}}, "names that mean no other column"),
        ({}, {"also_called": {"number": []}}, "at least 1 item"),
    ],
)
def test_a_profile_whose_parts_contradict_each_other_is_refused(columns: dict, options: dict, complaint: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        profile(columns, **options)
    assert complaint in str(refusal.value)


def twice(**second: Any) -> SourceProfile:
    """A profile that reads hd_*.csv as tickets and once more."""
    tickets = {"pattern": "hd_*.csv", "entity": "tickets", "columns": REQUIRED}
    events = {
        "pattern": "HD_*.csv",
        "entity": "ticket_events",
        "columns": {"ticket_id": "number", "event_at": "at", "event_type": "what"},
        **second,
    }
    content = {"name": "helpdesk", "description": "Help desk.", "files": [tickets, events]}
    return SourceProfile.model_validate(content)


def test_one_file_is_read_once_for_each_entity_and_one_of_them_keeps_what_nobody_asked_for() -> None:
    readings = choose_readings("hd_1.csv", [twice()], load_contracts())
    assert [(each.contract.entity, each.keeps_extras) for each in readings] == [
        ("tickets", True),
        ("ticket_events", False),
    ]
    header = ["number", "opened", "at", "what", "site"]
    assert [plan_mapping(each, header).extra_columns for each in readings] == [("at", "what", "site"), ()]


def test_a_reading_of_some_records_keeps_what_nobody_asked_for_only_if_none_reads_all() -> None:
    fitting = twice(where={"what": ["opened"]})
    assert [each.keeps_extras for each in choose_readings("hd_1.csv", [fitting], load_contracts())] == [True, False]
    only_some = fitting.files[0].model_copy(update={"where": {"what": ["x"]}})
    both = fitting.model_copy(update={"files": (only_some, fitting.files[1])})
    assert [each.keeps_extras for each in choose_readings("hd_1.csv", [both], load_contracts())] == [True, True]


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        ({"entity": "tickets", "columns": REQUIRED}, "the pattern hd_*.csv once for each entity (found tickets twice)"),
        ({"delimiter": ";"}, "the same delimiter in every reading of hd_*.csv"),
        ({"encoding": "cp1252"}, "the same encoding in every reading of hd_*.csv"),
    ],
)
def test_readings_of_one_file_that_contradict_each_other_are_refused(second: dict, complaint: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        twice(**second)
    assert complaint in str(refusal.value)


def test_two_patterns_of_a_profile_that_claim_one_file_as_one_entity_refuse_it() -> None:
    overlapping = twice(pattern="hd_1*.csv", entity="tickets", columns=REQUIRED)
    with pytest.raises(FileRefused, match="twice as one entity"):
        choose_readings("hd_1.csv", [overlapping], load_contracts())
    assert len(choose_readings("hd_2.csv", [overlapping], load_contracts())) == 1


def test_the_profile_on_the_page_about_profiles_is_one(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "source_profiles.md").read_text(encoding="utf-8")
    (tmp_path / "helpdesk.yml").write_text(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0], encoding="utf-8")
    readings = choose_readings("hd_1.csv", load_profiles(tmp_path), load_contracts())
    assert [each.contract.entity for each in readings] == ["tickets", "complaints"]


def test_the_page_about_profiles_names_every_key_of_a_column() -> None:
    page = (REPOSITORY / "docs" / "source_profiles.md").read_text(encoding="utf-8")
    keys = {field.alias or name for name, field in SourceColumn.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in page} == set()
