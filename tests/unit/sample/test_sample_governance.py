"""The papers of the made-up company's year hold together and tell the story they are meant to tell."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from supplier_sla.sample import SampleOptions, SampleResult, generate
from supplier_sla.sample.suppliers import BAD, GOOD, RECOVERING, SLIDING, Behaviour
from supplier_sla.sample.writer import FILE_CONTRACTS
from tests.support.sample_files import rows_of

Row = dict[str, str]

# Papers that speak of what is to come; every other day or instant has happened.
_AHEAD = {"valid_to", "due_date", "planned_date", "term_ends_on", "published_until", "exception_date", "promised_at"}

_SHAPES: list[dict[str, Any]] = [
    {"months": 1},
    {"months": 2, "first_month": "2025-12"},
    {"months": 12, "first_month": "2025-01"},
    {"months": 14, "first_month": "2024-02", "suppliers": 12, "contracts_per_supplier": 2},
    {"suppliers": 2},
    {"tickets_per_month": 1},
]


@pytest.fixture(scope="module")
def papers(sample: SampleResult, sample_directory: Path) -> dict[str, list[Row]]:
    """Rows by entity, of all files but the bad ones."""
    return _papers(sample, sample_directory)


def _papers(sample: SampleResult, directory: Path) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for file in sample.files:
        if file.entity and file.role != "bad" and not file.name.startswith("boston"):
            rows.setdefault(file.entity, []).extend(rows_of(directory, file.name))
    return rows


@cache
def _contract(entity: str) -> dict[str, Any]:
    contract: dict[str, Any] = yaml.safe_load((FILE_CONTRACTS / f"{entity}.yml").read_text(encoding="utf-8"))
    return contract


def _days_of(entity: str, row: Row) -> list[tuple[str, date]]:
    columns = [column["name"] for column in _contract(entity)["columns"] if column["type"] in ("date", "timestamp")]
    return [(name, datetime.fromisoformat(row[name]).date()) for name in columns if row.get(name)]


def test_every_entity_of_the_product_has_rows_but_those_that_only_others_can_write(
    papers: dict[str, list[Row]],
) -> None:
    entities = {path.stem for path in FILE_CONTRACTS.glob("*.yml")}
    empty = {entity for entity in entities if not papers.get(entity)}
    # Numbers of letters and extracts are given in the night; the rest is written by other tools than the sample's.
    assert empty == {"notice_responses", "finance_acknowledgements", "service_measurements", "source_verdicts"}


@pytest.mark.parametrize("shape", _SHAPES, ids=str)
def test_keys_are_unique_references_resolve_and_nothing_happens_after_as_of(
    shape: dict[str, Any], tmp_path: Path
) -> None:
    sample = generate(SampleOptions(out=tmp_path, **shape))
    rows = _papers(sample, tmp_path)
    cities = {("boston_311", row["case_id"]) for row in rows_of(tmp_path, "boston_311_sample.csv")}
    tickets = {(row["source_system"], row["ticket_id"]) for row in rows["tickets"]} | cities
    for entity, entity_rows in rows.items():
        contract = _contract(entity)
        if entity not in ("tickets", "ticket_events"):
            keys = Counter(tuple(row[column] for column in contract["key"]) for row in entity_rows)
            assert max(keys.values(), default=1) == 1, entity
        for row in entity_rows:
            assert all(name in _AHEAD or day <= sample.as_of.date() for name, day in _days_of(entity, row)), (
                entity,
                row,
            )
            if row.get("ticket_id") and entity != "tickets":
                source = row.get("ticket_source_system") or row["source_system"]
                assert (source, row["ticket_id"]) in tickets, (entity, row)
        for column in contract["columns"]:
            target, _, target_column = column.get("references", "").partition(".")
            if target and target != "tickets" and entity not in ("tickets", "ticket_events"):
                known = {row[target_column] for row in rows[target]}
                assert {row[column["name"]] for row in entity_rows} - {""} <= known, (entity, column["name"])


def test_letters_go_to_addresses_that_nobody_has(papers: dict[str, list[Row]]) -> None:
    addresses = [row["email"] for row in papers["supplier_contacts"]]
    addresses += [row["copy_to_email"] for row in papers["notice_rules"]]
    assert all(address.endswith((".example", "@example.com")) for address in addresses)
    assert {row["supplier_id"] for row in papers["supplier_contacts"]} == {
        row["supplier_id"] for row in papers["suppliers"]
    }


@pytest.mark.parametrize(
    ("behaviour", "months", "in_time"),
    [
        (GOOD, 3, [985, 985, 985]),
        (SLIDING, 6, [985, 918, 851, 784, 717, 650]),
        (RECOVERING, 6, [985, 800, 640, 700, 970, 985]),
        (RECOVERING, 11, [985, 892, 800, 720, 640, 670, 700, 835, 970, 977, 985]),
        (RECOVERING, 1, [985]),
        (RECOVERING, 2, [985, 985]),
    ],
)
def test_a_behaviour_is_stretched_over_the_months(behaviour: Behaviour, months: int, in_time: list[int]) -> None:
    assert [behaviour.in_time_per_thousand(index, months) for index in range(months)] == in_time


def test_disputes_are_about_late_responses_of_the_sliding_supplier_some_won_some_lost(
    papers: dict[str, list[Row]], sample: SampleResult
) -> None:
    disputes = {row["decision_id"]: row for row in papers["decisions"] if row["decision_kind"] == "dispute"}
    rulings = [row for row in papers["decisions"] if row["decision_kind"] == "ruling"]
    assert sorted(row["answers_decision_id"] for row in rulings) == sorted(disputes)
    of_tickets = [row["outcome_code"] for row in rulings if row["ticket_id"]]
    assert Counter(of_tickets) == {"reversed": 3, "upheld": 3}
    for row in rulings:
        dispute = disputes[row["answers_decision_id"]]
        assert dispute["decided_at"] < row["decided_at"]
        assert dispute["decided_by"] != row["decided_by"]
    tickets = {row["ticket_id"]: row for row in papers["tickets"] if row["source_system"] == "servicedesk"}
    assert {tickets[row["ticket_id"]]["work_centre_id"][:5] for row in rulings if row["ticket_id"]} == {"WC-02"}


def test_the_plan_is_agreed_after_it_was_asked_for_and_its_measures_end_two_months_before_the_sample(
    papers: dict[str, list[Row]],
) -> None:
    plan = next(row for row in papers["rectification_plans"] if row["supplier_id"] == "SUP-02")
    dates = [plan[name] for name in ("requested_date", "handed_in_date", "agreed_date")]
    assert dates == sorted(dates) and all(dates)
    assert plan["cause_to_month"] == "2025-12" < plan["requested_date"]
    actions = [row for row in papers["corrective_actions"] if row["plan_id"] == plan["plan_id"]]
    assert all("2026-01" in row["done_date"] and row["verified_date"] for row in actions)
    late = [row["done_date"] > row["due_date"] for row in actions]
    assert Counter(late) == {True: 1, False: 2}


def test_the_bad_supplier_has_an_expired_paper_overdue_measures_and_is_let_go(papers: dict[str, list[Row]]) -> None:
    bad = "SUP-03"
    expired = [row["supplier_id"] for row in papers["qualifications"] if row["valid_to"] < "2026-04-02"]
    assert expired == [bad]
    expiring = [
        row["supplier_id"] for row in papers["qualifications"] if "2026-04-02" <= row["valid_to"] < "2026-06-01"
    ]
    assert expiring == ["SUP-02"]
    not_done = [row for row in papers["corrective_actions"] if not row["done_date"]]
    assert {row["supplier_id"] for row in not_done} == {bad}
    decided = {row["contract_id"]: row["decision_code"] for row in papers["governance_decisions"] if row["contract_id"]}
    assert {contract for contract, code in decided.items() if code == "terminate"} == {"C-2024-003-1"}
    assert decided["C-2024-002-1"] == "adjust"


def test_the_company_forgot_one_assessment_and_one_review(papers: dict[str, list[Row]]) -> None:
    assessed = {
        row["supplier_id"]
        for row in papers["assessments"]
        if row["assessment_kind"] == "quarterly" and row["assessed_date"] < "2026-01-01"
    }
    assert {row["supplier_id"] for row in papers["suppliers"]} - assessed == {"SUP-CITY"}
    unheld = [
        row["supplier_id"]
        for row in papers["review_meetings"]
        if row["planned_date"] < "2026-02" and not row["held_date"]
    ]
    assert unheld == ["SUP-CITY"]


def test_weights_of_the_score_add_up_to_a_hundred_and_standings_cover_it(papers: dict[str, list[Row]]) -> None:
    weights: Counter[str] = Counter()
    for row in papers["score_criteria"]:
        weights[row["supplier_category_code"]] += int(row["weight"])
    assert weights == {"": 100, "network": 100}
    bands = sorted((int(row["score_from"]), int(row["score_to"])) for row in papers["standing_bands"])
    assert [low for low, _ in bands] == [0, *(high for _, high in bands[:-1])] and bands[-1][1] == 100


def test_a_question_answered_twice_and_one_answered_late_are_among_the_surveys(papers: dict[str, list[Row]]) -> None:
    sent = {row["invitation_id"]: datetime.fromisoformat(row["sent_at"]) for row in papers["survey_invitations"]}
    answers = [row for row in papers["survey_responses"] if row["invitation_id"]]
    assert {row["invitation_id"] for row in answers} <= sent.keys()
    late = {
        row["supplier_id"]
        for row in answers
        if (datetime.fromisoformat(row["answered_at"]) - sent[row["invitation_id"]]).days >= 14
    }
    assert late == {"SUP-03"}
    twice = Counter(row["invitation_id"] for row in answers if row["question_code"] == "recommend")
    assert {invitation.split("-")[5] for invitation, count in twice.items() if count > 1} == {"02"}


def test_more_suppliers_leave_the_papers_of_the_first_ones_as_they_are(
    sample: SampleResult, sample_directory: Path, tmp_path: Path
) -> None:
    generate(SampleOptions(out=tmp_path, suppliers=12))
    for file in sample.files:
        if file.role == "bad" or file.name.startswith(("tickets", "ticket_events", "survey_responses_20", "boston")):
            continue
        before, more = (_lines(directory / file.name) for directory in (sample_directory, tmp_path))
        if file.name in _SHARED_OUT:
            continue
        assert set(before) <= set(more), file.name


# More suppliers share the same tickets among them: what names tickets differs.
_SHARED_OUT = {
    "survey_invitations.csv",
    "exclusions.csv",
    "contacts.csv",
    "complaints.csv",
    "problem_tickets.csv",
    "decisions.csv",
}


def _lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [hashlib.sha256("|".join(row).encode()).hexdigest() for row in csv.reader(lines)]


def test_pauses_are_set_by_the_dispatcher_but_for_the_bad_supplier(papers: dict[str, list[Row]]) -> None:
    party = {row["actor_id"]: (row["party_code"], row["supplier_id"]) for row in papers["actors"]}
    assert {row["actor_id"] for row in papers["ticket_events"]} <= party.keys()
    pauses = [row for row in papers["ticket_events"] if row["event_type"] == "paused"]
    assert {party[row["actor_id"]] for row in pauses} == {("customer", ""), ("supplier", "SUP-03")}
    assert BAD.name == "bad"
