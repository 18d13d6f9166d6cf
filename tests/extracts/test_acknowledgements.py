"""Finance's answers against what was handed over: reconciled to zero, or listed with a state that says why not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from supplier_sla.extracts.receiver import Receiver, Scope
from tests.conftest import Warehouse
from tests.extracts.nights import answer, approval, hand, night
from tests.support.nights import build, land, write_exports
from tests.support.slot_tables import AS_OF, penalty, reserve

ANSWERED_AT = AS_OF + timedelta(hours=10)
LATER = AS_OF + timedelta(days=1)

RECEIVERS = (
    Receiver(receiver_code="finance", leaves=Scope(contracts=("ERP",))),
    Receiver(receiver_code="erp", folder="erp", sign="penalty_negative", gets=Scope(contracts=("ERP",))),
)


def said(extract: int, line: int, status: str, **values: str) -> dict[str, str]:
    """A row of the export finance_acknowledgements."""
    row = {"extract_number": str(extract), "line_number": str(line), "status_code": status}
    return row | {"acknowledged_at": ANSWERED_AT.isoformat()} | values


@pytest.fixture(scope="module")
def answered(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, str]:
    """Eight lines handed over, line 4 again under number 2; the answers landed and the reconciliation built."""
    home = tmp_path_factory.mktemp("answered")
    due = [penalty(penalty_term_id=f"T-{number}") for number in range(1, 8)]
    due.append(penalty(contract_id="ERP", penalty_term_id="T-8"))
    night(module_warehouse, *due)
    hand(module_warehouse, home / "outbox", receivers=RECEIVERS)
    ledger = {
        term: number
        for number, term in module_warehouse.query("select line_number, penalty_term_id from finance.ledger_line")
    }
    line = [0, *[ledger[f"T-{number}"] for number in range(1, 9)]]
    rejected = [answer(line[4], "rejected", ANSWERED_AT), answer(line[5], "rejected", ANSWERED_AT)]
    again = [approval(ANSWERED_AT + timedelta(hours=1), penalty_term_id=term) for term in ("T-4", "T-5")]
    night(module_warehouse, *due, answers=rejected, decisions=again, as_of=LATER)
    hand(module_warehouse, home / "outbox", receivers=RECEIVERS, as_of=LATER)
    answers = [
        said(1, line[1], "accepted", document_number="CM-1"),
        said(1, line[1], "paid", acknowledged_at=(ANSWERED_AT + timedelta(hours=1)).isoformat(), document_number="P-1"),
        said(1, line[2], "paid", amount="99.99", receiver_code="finance"),
        said(1, line[3], "rejected", reason="cost centre is closed"),
        said(1, line[4], "rejected"),
        said(2, line[4], "accepted"),
        said(1, line[5], "paid"),
        said(1, line[6], "accepted", acknowledged_at=(LATER + timedelta(days=1)).isoformat()),
        said(1, line[8], "accepted", receiver_code="erp", amount="-100.00"),
        said(9, 77, "paid", amount="5.00"),
    ]
    write_exports(home / "landing", {"finance_acknowledgements": answers})
    land(module_warehouse, home / "landing", LATER)
    slot, _ = reserve(module_warehouse, as_of=LATER)
    build(module_warehouse, home, slot, marts=["rpt_acknowledgement_reconciliation", "qc_extract_held_line"])
    return module_warehouse, slot


def rows(answered: tuple[Warehouse, str], columns: str) -> list[tuple[Any, ...]]:
    warehouse, slot = answered
    return warehouse.query(
        f"select coalesce(penalty_term_id, 'none'), extract_number, {columns}"
        f" from {slot}.rpt_acknowledgement_reconciliation order by 1, 2"
    )


def test_each_line_has_a_state_and_what_is_open(answered: tuple[Warehouse, str]) -> None:
    assert rows(answered, "state_code, extracted_amount, acknowledged_amount, open_amount, is_reconciled") == [
        ("T-1", 1, "paid", Decimal("100.00"), Decimal("100.00"), Decimal("0.00"), True),
        ("T-2", 1, "difference", Decimal("100.00"), Decimal("99.99"), Decimal("0.01"), False),
        ("T-3", 1, "rejected", Decimal("100.00"), None, Decimal("100.00"), False),
        ("T-4", 1, "resent", Decimal("100.00"), None, Decimal("0.00"), True),
        ("T-4", 2, "accepted", Decimal("100.00"), Decimal("100.00"), Decimal("0.00"), True),
        ("T-5", 1, "booked_twice", Decimal("100.00"), Decimal("100.00"), Decimal("-100.00"), False),
        ("T-5", 2, "waiting", Decimal("100.00"), None, Decimal("100.00"), False),
        ("T-6", 1, "waiting", Decimal("100.00"), None, Decimal("100.00"), False),
        ("T-7", 1, "waiting", Decimal("100.00"), None, Decimal("100.00"), False),
        ("T-8", 1, "accepted", Decimal("-100.00"), Decimal("-100.00"), Decimal("0.00"), True),
        ("none", 9, "unknown_line", None, Decimal("5.00"), Decimal("-5.00"), False),
    ]


def test_what_is_open_is_what_was_handed_over_less_what_was_booked(answered: tuple[Warehouse, str]) -> None:
    warehouse, slot = answered
    ((difference,),) = warehouse.query(
        "select"
        " (select sum(amount) from finance.ledger_line where contract_id <> 'ERP')"
        f" - (select sum(acknowledged_amount) from {slot}.rpt_acknowledgement_reconciliation where receiver_code = 'finance')"
        f" - (select sum(open_amount) from {slot}.rpt_acknowledgement_reconciliation where receiver_code = 'finance')"
    )
    assert difference == 0


def test_an_answer_leads_to_its_file_and_document(answered: tuple[Warehouse, str]) -> None:
    found = rows(answered, "document_number, reason, _source_file, _source_row_number")
    assert found[0][2:] == ("P-1", None, "finance_acknowledgements.csv", 3)
    assert found[2][2:] == (None, "cost centre is closed", "finance_acknowledgements.csv", 5)


def test_readers_see_what_is_held(answered: tuple[Warehouse, str]) -> None:
    warehouse, slot = answered
    assert warehouse.query(f"select * from {slot}.qc_extract_held_line") == []
