"""A line that finance rejected goes out again under a new number when it was corrected, and never without that."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.extracts.nights import VENDOR, answer, approval, contents, hand, night
from tests.support.slot_tables import AS_OF, penalty

REJECTED_AT = AS_OF + timedelta(hours=10)
NEXT_NIGHT = AS_OF + timedelta(days=1)


def attempts(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.query(
        "select extract_number, line_number, attempt_number from finance.extract_line order by extract_number, line_number"
    )


def reasons(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.query("select line_number, reason_code from ops.extract_held_line order by line_number")


@pytest.fixture
def sent(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """Line 1 has gone out under number 1."""
    night(warehouse, penalty(gl_account="540100"))
    hand(warehouse, tmp_path)
    return warehouse


def test_an_approval_after_the_rejection_sends_the_line_again_once(sent: Warehouse, tmp_path: Path) -> None:
    first = contents(tmp_path)
    rejected = [answer(1, "rejected", REJECTED_AT)]
    due = penalty(gl_account="540100")

    night(sent, due, answers=rejected, decisions=[approval(REJECTED_AT)], as_of=NEXT_NIGHT)
    assert hand(sent, tmp_path, as_of=NEXT_NIGHT).written == [], "a decision of the same instant came before the answer"
    assert reasons(sent) == [(1, "rejected")]

    after = [approval(REJECTED_AT + timedelta(seconds=1), penalty_term_id="T-1", period_month="2026-01-01")]
    night(sent, due, answers=rejected, decisions=after, as_of=NEXT_NIGHT)
    assert len(hand(sent, tmp_path, as_of=NEXT_NIGHT).written) == 3
    assert attempts(sent) == [(1, 1, 1), (2, 1, 2)]
    assert hand(sent, tmp_path, as_of=NEXT_NIGHT).written == [], "the second attempt has not been answered"
    assert {name: content for name, content in contents(tmp_path).items() if name in first} == first

    paid = [*rejected, answer(1, "paid", REJECTED_AT + timedelta(hours=2), extract_number=2)]
    night(sent, due, answers=paid, decisions=after, as_of=NEXT_NIGHT)
    assert hand(sent, tmp_path, as_of=NEXT_NIGHT).written == []
    rejected_again = [*rejected, answer(1, "rejected", REJECTED_AT + timedelta(hours=2), extract_number=2)]
    night(sent, due, answers=rejected_again, decisions=after, as_of=NEXT_NIGHT)
    assert hand(sent, tmp_path, as_of=NEXT_NIGHT).written == [], "that approval was before the second rejection"


@pytest.mark.parametrize(
    ("answers", "decisions"),
    [
        ([answer(1, "accepted", REJECTED_AT)], [approval(REJECTED_AT + timedelta(seconds=1))]),
        ([], [approval(REJECTED_AT + timedelta(seconds=1))]),
        ([answer(1, "rejected", REJECTED_AT)], [approval(REJECTED_AT + timedelta(seconds=1), contract_id="C-9")]),
        ([answer(1, "rejected", REJECTED_AT)], [approval(REJECTED_AT + timedelta(seconds=1), penalty_term_id="T-9")]),
        ([answer(1, "rejected", REJECTED_AT)], [approval(REJECTED_AT + timedelta(seconds=1), period_month="2025-12-01")]),
        ([answer(1, "rejected", REJECTED_AT)], [approval(REJECTED_AT + timedelta(seconds=1), ticket_id="7")]),
        ([answer(1, "rejected", REJECTED_AT)], [approval(NEXT_NIGHT + timedelta(seconds=1))]),
        ([answer(1, "rejected", NEXT_NIGHT + timedelta(seconds=1))], [approval(NEXT_NIGHT + timedelta(hours=1))]),
        ([answer(1, "rejected", REJECTED_AT, receiver_code="other")], [approval(REJECTED_AT + timedelta(seconds=1))]),
        (
            [answer(1, "rejected", REJECTED_AT), answer(1, "accepted", REJECTED_AT + timedelta(hours=1))],
            [approval(REJECTED_AT + timedelta(hours=2))],
        ),
    ],
    ids=[
        "accepted", "not answered", "another contract", "another clause", "another month", "only a ticket",
        "decided after the run", "rejected after the run", "rejected by another receiver", "accepted since",
    ],
)  # fmt: skip
def test_without_a_rejection_and_its_correction_nothing_goes_out_again(
    module_sent: Warehouse, tmp_path: Path, answers: list[dict[str, Any]], decisions: list[dict[str, Any]]
) -> None:
    night(module_sent, penalty(), answers=answers, decisions=decisions, as_of=NEXT_NIGHT)
    assert hand(module_sent, tmp_path, as_of=NEXT_NIGHT).written == []
    assert attempts(module_sent) == [(1, 1, 1)]


@pytest.fixture(scope="module")
def module_sent(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    night(module_warehouse, penalty())
    hand(module_warehouse, tmp_path_factory.mktemp("outbox"))
    return module_warehouse


def test_a_corrected_account_or_vendor_goes_out_under_a_new_number_and_the_old_one_keeps_its_bytes(
    sent: Warehouse, tmp_path: Path
) -> None:
    first = contents(tmp_path)
    night(sent, penalty(gl_account="540199"), answers=[answer(1, "rejected", REJECTED_AT)], as_of=NEXT_NIGHT)
    hand(sent, tmp_path, as_of=NEXT_NIGHT)
    assert attempts(sent) == [(1, 1, 1), (2, 1, 2)]
    second = (tmp_path / "penalty_extract_000002.csv").read_text(encoding="utf-8-sig")
    assert "540199" in second
    assert "540100" not in second
    assert {name: content for name, content in contents(tmp_path).items() if name in first} == first
    control = json.loads((tmp_path / "penalty_extract_000002.control.json").read_text(encoding="utf-8"))
    assert control["previous_extract"]["extract_number"] == 1

    moved = [{**VENDOR, "vendor_site_code": "NORTH"}]
    answers = [answer(1, "rejected", REJECTED_AT), answer(1, "rejected", REJECTED_AT, extract_number=2)]
    night(sent, penalty(gl_account="540199"), answers=answers, suppliers=moved, as_of=NEXT_NIGHT)
    hand(sent, tmp_path, as_of=NEXT_NIGHT)
    assert attempts(sent)[-1] == (3, 1, 3)
    assert "NORTH" in (tmp_path / "penalty_extract_000003.csv").read_text(encoding="utf-8-sig")


def test_what_adjusts_a_rejected_line_waits_until_it_goes_out_again(sent: Warehouse, tmp_path: Path) -> None:
    rejected = [answer(1, "rejected", REJECTED_AT)]
    lower = penalty(gl_account="540100", owed_amount="60.00")
    night(sent, lower, answers=rejected, as_of=NEXT_NIGHT)
    assert hand(sent, tmp_path, as_of=NEXT_NIGHT).written == []
    assert reasons(sent) == [(1, "rejected"), (2, "waits_for_line")]
    night(sent, {**lower, "cost_centre": "4712"}, answers=rejected, as_of=NEXT_NIGHT)
    hand(sent, tmp_path, as_of=NEXT_NIGHT)
    assert attempts(sent) == [(1, 1, 1), (2, 1, 2), (2, 2, 1)]


def test_an_open_dispute_holds_a_corrected_line(sent: Warehouse, tmp_path: Path) -> None:
    rejected = [answer(1, "rejected", REJECTED_AT)]
    night(sent, penalty(gl_account="540199"), disputed=[1], answers=rejected, as_of=NEXT_NIGHT)
    assert hand(sent, tmp_path, as_of=NEXT_NIGHT).written == []
    assert reasons(sent) == [(1, "disputed")]
    night(sent, penalty(gl_account="540199"), answers=rejected, as_of=NEXT_NIGHT)
    hand(sent, tmp_path, as_of=NEXT_NIGHT)
    assert attempts(sent) == [(1, 1, 1), (2, 1, 2)]


def test_the_database_itself_refuses_a_second_first_attempt(sent: Warehouse) -> None:
    with pytest.raises(Exception, match="a_line_goes_out_once_per_attempt"):
        sent.query(
            "insert into finance.extract (receiver_code, extract_number, as_of, line_count, layout, layout_version)"
            " values ('other', 1, now(), 1, 'csv', 2);"
            " insert into finance.extract_line select 1, 1, 'other', 1, amount, currency_code, detail"
            " from finance.extract_line"
        )
