"""The folders of worked examples as files: what is no example is refused, what differs is said in words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.scenario_differences import differences, is_equal, rows_of
from tests.support.scenarios import NIGHTS, Scenario, ScenarioInvalid, scenarios

PENALTY = {
    "contract_id": "C1", "penalty_term_id": "PT-1", "period_month": date(2026, 6, 1), "owed_amount": Decimal("450.00"),
    "fee_amount": None,
}  # fmt: skip


def _scenario(folder: Path, files: dict[str, str]) -> Scenario:
    for name, text in files.items():
        path = folder / "one" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Scenario(folder / "one")


def test_there_are_at_least_sixty_scenarios() -> None:
    assert len(scenarios()) >= 60


@pytest.mark.parametrize("files", [{}, {"expect/fct_penalty": "penalty_term_id,owed_amount\n"}])
def test_a_scenario_that_compares_nothing_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    case = _scenario(tmp_path, {"given/fees": "fee_month\n", **files})
    with pytest.raises(ScenarioInvalid, match=r"one; expected at least one row in expect/\*\.csv; found none"):
        case.expectations()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "given/fees",
            "fee_month,fee\n2026-06,1\n",
            "one/given/fees.csv; expected columns of its file contract; found fee",
        ),
        ("given/fee", "fee_month\n2026-06\n", "one/given/fee.csv; expected an entity or ticket_counts; found fee"),
        ("given/fees", "fee_month,fee_amount\n2026-06\n", "one/given/fees.csv; expected 2 fields; found 1 in 2026-06"),
        ("nights/2026-07-23/fees", "fee_month\n2026-06\n", "expected 2026-07-22 or 2026-08-20; found 2026-07-23"),
    ],
)
def test_a_file_that_would_be_passed_over_is_refused(file: str, text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match=re.escape(message)):
        _scenario(tmp_path, {file: text}).deliveries()


def test_what_a_file_does_not_say_is_filled_in_and_what_it_says_stays(tmp_path: Path) -> None:
    files = {
        "given/service_levels": "service_level_id,attainment_target\nA,\nB,0.9\n",
        "given/ticket_counts": "service_level_id,month,met,missed\nB,2026-06,1,1\n",
    }
    given = _scenario(tmp_path, files).deliveries()[NIGHTS[0]]
    assert [row["attainment_target"] for row in given["service_levels"]] == ["", "0.9"]
    assert given["contracts"][0]["contract_id"] == "one/C1" and given["contracts"][0]["currency_code"] == "EUR"
    assert [(row["ticket_id"], row["ticket_type_code"], row["resolved_at"]) for row in given["tickets"]] == [
        ("one/B-2026-06-missed-1", "b", "2026-06-05T02:00:00+00:00"),
        ("one/B-2026-06-met-1", "b", "2026-06-10T00:30:00+00:00"),
    ]


def test_only_rows_of_the_scenarios_contracts_are_compared_and_without_its_name(tmp_path: Path) -> None:
    rows = [{"contract_id": "one/C1", "clause": "one/2"}, {"contract_id": "one_more/C1"}]
    assert rows_of(Scenario(tmp_path / "one"), rows) == [{"contract_id": "C1", "clause": "one/2"}]


@pytest.mark.parametrize(
    ("expected", "lines"),
    [
        ({"penalty_term_id": "PT-1", "owed_amount": "450"}, []),
        (
            {"penalty_term_id": "PT-1", "owed_amount": "45"},
            ["fct_penalty: PT-1: owed_amount: expected 45, found 450.00"],
        ),
        ({"penalty_term_id": "PT-1", "fee_amount": "1"}, ["fct_penalty: PT-1: fee_amount: expected 1, found nothing"]),
        (
            {"penalty_term_id": "PT-1", "owed_amount": ""},
            ["fct_penalty: PT-1: owed_amount: expected nothing, found 450.00"],
        ),
        (
            {"penalty_term_id": "PT-2", "owed_amount": "450"},
            [
                "fct_penalty: PT-2: expected this row, found none",
                "fct_penalty: penalty_term_id PT-1, owed_amount 450.00: expected no such row, found it",
            ],
        ),
        ({"penalty_term_id": "PT-1", "owed": "1"}, ["fct_penalty: expected columns of the mart, found owed"]),
    ],
)
def test_a_difference_names_the_line_and_the_column(expected: dict[str, str], lines: list[str]) -> None:
    assert differences("fct_penalty", [expected], [PENALTY]) == lines


def test_a_row_that_nobody_expected_is_a_difference() -> None:
    assert differences("fct_penalty", [], [PENALTY]) == [
        "fct_penalty: contract_id C1, penalty_term_id PT-1, period_month 2026-06, owed_amount 450.00:"
        " expected no such row, found it"
    ]


def test_two_rows_of_one_line_are_told_apart_by_what_is_written() -> None:
    found = [{"ticket_id": "A", "amount": Decimal(2)}, {"ticket_id": "A", "amount": Decimal(1)}]
    expected = [{"ticket_id": "A", "amount": "1"}, {"ticket_id": "A", "amount": "3"}]
    assert differences("mart", expected, found) == ["mart: A: amount: expected 3, found 2"]


@pytest.mark.parametrize(
    ("text", "value", "equal"),
    [
        ("", None, True),
        ("0", None, False),
        ("", Decimal(0), False),
        ("0.10", Decimal("0.1"), True),
        ("33/35", Decimal(33) / Decimal(35), True),
        ("33/35", Decimal("0.942857"), False),
        ("x", Decimal(1), False),
        ("true", True, True),
        ("1", True, False),
        ("2026-06", date(2026, 6, 1), True),
        ("2026-06-02", date(2026, 6, 1), False),
        ("2026-06-01T02:00:00+02:00", datetime(2026, 6, 1, tzinfo=UTC), True),
        ("a", "a", True),
    ],
)
def test_a_cell_means_a_value(text: str, value: Any, equal: bool) -> None:
    assert is_equal(text, value) is equal
