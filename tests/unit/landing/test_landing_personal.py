"""Personal columns are declared, and their values kept, hashed or dropped as one setting says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from supplier_sla.extracts.layouts.columns import BREACH_COLUMNS, PENALTY_COLUMNS, STRETCH_COLUMNS
from supplier_sla.landing.contract import FileContract, load_contracts
from supplier_sla.landing.mapping import plan_mapping
from supplier_sla.landing.personal.values import (
    PERSONAL_VARIABLE,
    SECRET_FILE,
    PersonalData,
    PersonalSettingInvalid,
)
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.readers import Batch
from supplier_sla.landing.refusal import FileRefused, Problem
from supplier_sla.landing.yaml_model import ConfigurationInvalid, read_yaml_model
from tests.support.readings import choose_reading

DESK = """
name: desk
description: Tickets of the desk.
files:
  - pattern: "desk_*.csv"
    entity: tickets
    columns:
      ticket_id: number
      opened_at: opened
      title: {from: short, codes: {"1": printer}}
      address: {from: site, optional: true}
"""

# Texts of which somebody has thought that they say nothing of a person. Whoever adds a text decides, here or there.
TEXTS_ABOUT_NOBODY = {
    "assessment_id", "band_name", "band_name_zh", "calendar_id", "calendar_name", "calendar_name_zh", "candidate_id",
    "candidate_name", "clause", "contract_name", "contract_name_zh", "corrective_action_id", "cost_centre", "criterion_name",
    "criterion_name_zh", "decision_id", "document_number", "event_id", "exception_name", "exception_name_zh", "gl_account",
    "qualification_name", "qualification_name_zh", "question_text", "question_text_zh", "questionnaire_name",
    "questionnaire_name_zh", "reason_text", "reason_text_zh", "selection_id", "service_level_name", "service_level_name_zh",
    "source", "supplier_name", "supplier_name_zh", "tax_treatment_code", "vendor_number", "vendor_site_code",
    "work_centre_name", "work_centre_name_zh",
}  # fmt: skip


def personal(setting: str, home: Path) -> PersonalData:
    return PersonalData.from_environment(home, {PERSONAL_VARIABLE: setting})


@pytest.fixture
def desk(tmp_path: Path) -> Reading:
    path = tmp_path / "desk.yml"
    path.write_text(DESK, encoding="utf-8")
    return choose_reading("desk_1.csv", [read_yaml_model(path, SourceProfile)], load_contracts())


def test_without_a_setting_everything_is_kept_and_no_secret_is_made(tmp_path: Path) -> None:
    for setting in ("", "free_text=keep, unknown = keep"):
        assert personal(setting, tmp_path) == PersonalData()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("setting", ["hash", "name=hash", "contact=erase", "contact=hash,contact=drop", "contact"])
def test_a_setting_that_names_no_class_or_handling_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(PersonalSettingInvalid, match=r"identity, contact, free_text, location, unknown.*keep, hash, d"):
        personal(setting, tmp_path)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = personal("contact=hash", tmp_path)
    secret = tmp_path / SECRET_FILE
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert personal("contact=hash", tmp_path) == first
    assert first.secret.decode() == secret.read_text(encoding="utf-8")
    assert first.secret.decode() not in repr(first) + first.setting + first.secret_fingerprint


def test_the_same_value_has_the_same_hash_and_another_one_under_another_secret(tmp_path: Path) -> None:
    one, other = (personal("identity=hash", tmp_path / name) for name in ("one", "other"))
    assert one.hashed("agent-17") == one.hashed("agent-17") != one.hashed("agent-18")
    assert one.hashed("agent-17") != other.hashed("agent-17")
    assert one.hashed("agent-17").startswith("hashed-")
    assert "agent" not in one.hashed("agent-17")
    assert one.hashed(" ") == " "


def test_names_are_hashed_as_the_models_compare_them_and_identifiers_to_the_letter(tmp_path: Path) -> None:
    hashing, contracts = personal("identity=hash", tmp_path), load_contracts()
    protect = {
        (entity, name): hashing.protector(contracts[entity].column_by_name[name], contracts[entity])
        for entity, name in [("exclusions", "approved_by"), ("exclusions", "requested_by"), ("trainings", "person_id")]
    }
    asked, approved, key = (
        protect[at]
        for at in [("exclusions", "requested_by"), ("exclusions", "approved_by"), ("trainings", "person_id")]
    )
    assert asked is not None and approved is not None and key is not None
    assert asked("Jane Doe") == approved(" jane DOE ")
    assert key("P-7a") != key("P-7A")


def test_what_must_be_there_is_hashed_where_the_rest_is_dropped(tmp_path: Path) -> None:
    dropping = personal("identity=drop,free_text=drop", tmp_path)
    handlings = {
        (entity, column.name): dropping.handling_of(column, contract)
        for entity, contract in load_contracts().items()
        for column in contract.personal_columns
        if column.personal not in ("location", "contact")
    }
    hashed = {at for at, handling in handlings.items() if handling == "hash"}
    assert hashed == {
        ("actors", "actor_id"),  # key
        ("corrective_actions", "measure_text"),  # required
        ("decisions", "decided_by"),
        ("decisions", "requested_by"),  # must differ from who decided
        ("exclusions", "approved_by"),  # decides whether it has an effect
        ("exclusions", "requested_by"),
        ("governance_decisions", "decided_by"),  # required
        ("survey_responses", "respondent_id"),  # tells repeated answers
        ("ticket_events", "actor_id"),  # two people may do the same thing in the same second
        ("trainings", "person_id"),  # key
    }
    assert set(handlings.values()) == {"hash", "drop"}


def rows_of(reading: Reading, header: list[str], *records: list[str]) -> tuple[list[dict[str, str]], list[Problem]]:
    mapping = plan_mapping(reading, header)
    problems: list[Problem] = []
    rows = mapping.rows(Batch(list(records), range(2, 2 + len(records))), problems)
    return [dict(zip(mapping.target_names, row, strict=True)) for row in rows], problems


@pytest.mark.parametrize("unknown", ["hash", "drop"])
def test_values_leave_the_mapping_protected_in_columns_extras_and_problems(
    desk: Reading, tmp_path: Path, unknown: str
) -> None:
    hiding = personal(f"free_text=hash,location=drop,unknown={unknown}", tmp_path)
    reading = Reading(desk.profile, desk.file_profile, desk.contract, None, personal=hiding)
    header = ["number", "opened", "short", "site", "caller"]
    rows, problems = rows_of(
        reading, header, ["1", "2026-01-05T09:12:44Z", "1", "Berlin", "Ann"], ["2", "", "Call Ann", "", ""]
    )
    printer, call = hiding.hashed("printer"), hiding.hashed("Call Ann")
    extra = "" if unknown == "drop" else f'{{"caller": "{hiding.hashed("Ann")}"}}'
    when = "2026-01-05T09:12:44Z"
    assert rows == [
        {"ticket_id": "1", "opened_at": when, "title": printer, "address": "", "_extra": extra},
        {"ticket_id": "2", "opened_at": "", "title": call, "address": "", "_extra": ""},
    ]
    assert [(problem.reason_code, problem.value_found) for problem in problems] == [("unknown_code", call)]


def test_a_first_row_in_place_of_a_header_is_not_shown(desk: Reading) -> None:
    with pytest.raises(FileRefused) as refused:
        plan_mapping(desk, ["INC1", "Ann Lee", "Berlin"])
    assert "Ann" not in str(refused.value)
    with pytest.raises(FileRefused, match="number;opened;short"):
        plan_mapping(desk, ["number;opened;short"])


def test_every_text_is_personal_or_somebody_has_thought_about_it() -> None:
    undecided = {
        f"{entity}.{column.name}"
        for entity, contract in load_contracts().items()
        for column in contract.declared_columns
        if column.type == "text" and not column.personal and column.references is None
        if column.name not in TEXTS_ABOUT_NOBODY and not (column.name in contract.key and column.required)
    }
    assert undecided == set()


def test_no_extract_has_a_personal_column() -> None:
    personal_names = {column.name for contract in load_contracts().values() for column in contract.personal_columns}
    extracted = {column.name for column in (*PENALTY_COLUMNS, *BREACH_COLUMNS, *STRETCH_COLUMNS)}
    assert not personal_names & extracted


@pytest.mark.parametrize(
    ("column", "rest", "problem"),
    [
        ("{name: born, type: date, personal: identity, description: x}", "", "born.personal: only where any text"),
        ("{name: kind, type: code, allowed: [a], personal: identity, description: x}", "", "kind.personal: only"),
        ("{name: kind, type: code, personal: secret, description: x}", "", "personal: Input should be 'identity'"),
        ("{name: kind, type: code, decides: true, description: x}", "", "kind.decides: only with personal"),
        ("{name: note, type: text, personal: free_text, description: x}", "rests_from: [note]", "rests_from: names"),
        ("{name: seen, type: date, description: x}", "rests_from: [seen]", "rests_from: only with a personal column"),
    ],
)
def test_a_contract_that_cannot_be_protected_as_it_says_does_not_load(
    tmp_path: Path, column: str, rest: str, problem: str
) -> None:
    path = tmp_path / "widgets.yml"
    path.write_text(
        f"entity: widgets\nsummary: x\nkey: [widget_id]\nread_by_models: false\n{rest}\ncolumns:\n"
        f"  - {{name: widget_id, type: text, required: true, description: x}}\n  - {column}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationInvalid, match=problem.replace("(", r"\(")):
        read_yaml_model(path, FileContract)
