"""Rulings and waivers reach the amounts and the ledger by themselves; doubtful decisions are listed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.conftest import Warehouse

# contract, owed, and the ledger's lines after the initial one of 100.00
EFFECTS = [
    ("upheld", "100.00", []),
    ("reversed", "0.00", [("dispute", "-100.00")]),
    ("reduced", "40.00", [("dispute", "-60.00")]),
    ("ruling-by-name", "40.00", [("dispute", "-60.00")]),
    ("reduced-to-more", "100.00", []),
    ("reversed-then-upheld", "100.00", []),
    ("waived", "0.00", [("waiver", "-100.00")]),
    ("waived-in-part", "75.00", [("waiver", "-25.00")]),
    ("reduced-and-waived", "0.00", [("dispute", "-60.00"), ("waiver", "-40.00")]),
    ("amount-of-no-line", "100.00", []),
    ("same-instant", "60.00", [("waiver", "-40.00")]),
    ("ticket-waived", "100.00", []),
    ("own-request", "0.00", [("waiver", "-100.00")]),
]


@pytest.mark.parametrize(("contract_id", "owed", "later_lines"), EFFECTS)
def test_a_decision_flows_to_what_is_owed_and_to_the_ledger(
    settled: Warehouse, contract_id: str, owed: str, later_lines: list[tuple[str, str]]
) -> None:
    december = (contract_id, "2025-12-01")
    assert settled.query(
        "select penalty_amount, owed_amount from marts.fct_penalty where contract_id = %s and period_month = %s",
        december,
    ) == [(Decimal("100.00"), Decimal(owed))]
    lines = settled.query(
        "select line_kind, amount from marts.fct_ledger_line where contract_id = %s and period_month = %s"
        " order by line_number",
        december,
    )
    assert lines == [("initial", Decimal("100.00")), *((kind, Decimal(amount)) for kind, amount in later_lines)]


def test_a_ruling_that_names_the_dispute_of_a_ticket_takes_the_ticket_out_of_the_counts(settled: Warehouse) -> None:
    assert settled.query(
        "select line_kind, amount, state_code from marts.fct_ledger_line where contract_id = 'ticket-by-name' order by 1"
    ) == [("adjustment", Decimal("-100.00"), "approved"), ("initial", Decimal("100.00"), "approved")]
    assert settled.query(
        "select excused_count, penalty_amount from marts.fct_penalty where contract_id = 'ticket-by-name'"
        " and period_month = '2025-12-01'"
    ) == [(1, Decimal("0.00"))]


def test_what_is_given_back_goes_at_once_behind_the_line_it_corrects(settled: Warehouse) -> None:
    assert settled.query(
        "select line_kind, state_code, is_released from marts.fct_ledger_line where contract_id = 'reversed' order by 1"
    ) == [("dispute", "approved", True), ("initial", "approved", True)]


def test_decisions_that_a_person_must_look_at_are_listed(settled: Warehouse) -> None:
    questions = settled.query(
        "select decision_id, question_code, is_in_effect from marts.qc_decision_question order by 1, 2"
    )
    assert questions == [
        ("amount-of-no-line-2", "amount_of_no_line", False),
        ("approved-later-1", "decided_later", False),
        ("disputed-other-clause-1", "unknown_clause", True),
        ("own-request-1", "decided_by_requester", True),
        ("reduced-and-waived-1", "ruling_without_dispute", True),
        ("reduced-to-more-1", "ruling_without_dispute", True),
        ("reversed-then-upheld-1", "ruling_without_dispute", True),
        ("reversed-then-upheld-2", "ruling_without_dispute", True),
        ("ruling-elsewhere-2", "ruling_without_dispute", True),
        ("ruling-later-2", "decided_later", False),
        ("same-instant-1", "same_instant", True),
        ("same-instant-2", "same_instant", True),
        ("ticket-waived-1", "ticket_without_effect", False),
        ("unknown-things-1", "ticket_without_effect", False),
        ("unknown-things-1", "unknown_clause", False),
        ("unknown-things-1", "unknown_ticket", False),
        ("unknown-things-2", "outcome_missing", False),
        ("unknown-things-2", "unknown_dispute", False),
    ]
