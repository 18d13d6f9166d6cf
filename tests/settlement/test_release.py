"""When a ledger line may go to finance: window, approval, dispute, order. Lines were proposed on 6 January in Shanghai."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg2
import pytest

from supplier_sla.database import session
from supplier_sla.extracts.released import released_lines
from tests.conftest import Warehouse
from tests.settlement.cases import AS_OF, CORRECTED, PROPOSED
from tests.support.instants import utc


class Line(NamedTuple):
    """A line as readers see it."""

    line_kind: str
    amount: Decimal
    state_code: str
    waiting_code: str | None
    objection_ends_at: datetime | None
    approved_at: datetime | None
    is_disputed: bool


@pytest.fixture(scope="module")
def lines(settled: Warehouse) -> dict[str, list[Line]]:
    """Read with the rights of readers, who have none on finance."""
    with closing(psycopg2.connect(settled.bi_reader_url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"select contract_id, {', '.join(Line._fields)} from marts.fct_ledger_line order by line_number")
        found: dict[str, list[Line]] = {}
        for contract_id, *values in cursor.fetchall():
            found.setdefault(contract_id, []).append(Line(*values))
    return found


MAKEUP_WINDOW = utc("2026-01-12 16:00")

# contract, state, what it waits for, end of the window, approval
FIRST_LINES = [
    ("no-window", "approved", None, PROPOSED, PROPOSED),
    ("makeup-day", "approved", None, MAKEUP_WINDOW, MAKEUP_WINDOW),
    ("ends-with-the-night", "approved", None, AS_OF, AS_OF),
    ("ends-a-day-later", "proposed", "objection_window", utc("2026-01-20 16:00"), None),
    ("unpublished", "proposed", "calendar_not_published", None, None),
    ("days-before-the-calendar", "proposed", "calendar_not_published", None, None),
    ("explicit", "proposed", "approval", PROPOSED, None),
    ("approved", "approved", None, PROPOSED, utc("2026-01-07 08:00")),
    ("approved-clause-and-month", "approved", None, PROPOSED, utc("2026-01-07 08:00")),
    ("approved-before", "proposed", "approval", PROPOSED, None),
    ("approved-other-month", "proposed", "approval", PROPOSED, None),
    ("approved-later", "proposed", "approval", PROPOSED, None),
    ("approved-early", "approved", None, utc("2026-01-20 16:00"), utc("2026-01-07 08:00")),
    ("disputed", "disputed", "dispute", MAKEUP_WINDOW, None),
    ("disputed-late", "disputed", "dispute", PROPOSED, PROPOSED),
    ("disputed-other-clause", "approved", None, PROPOSED, PROPOSED),
    ("disputed-ticket", "disputed", "dispute", MAKEUP_WINDOW, None),
    ("disputed-other-ticket", "approved", None, MAKEUP_WINDOW, MAKEUP_WINDOW),
    ("upheld", "approved", None, MAKEUP_WINDOW, utc("2026-01-15 09:00")),
    ("upheld-early", "approved", None, MAKEUP_WINDOW, MAKEUP_WINDOW),
    ("disputed-again", "approved", None, MAKEUP_WINDOW, utc("2026-01-16 09:00")),
    ("ruling-elsewhere", "disputed", "dispute", MAKEUP_WINDOW, None),
    ("ruling-later", "disputed", "dispute", MAKEUP_WINDOW, None),
    ("ruling-by-name", "approved", None, MAKEUP_WINDOW, utc("2026-01-15 09:00")),
    ("amount-of-no-line", "disputed", "dispute", MAKEUP_WINDOW, None),
    ("gone", "proposed", "contract_unknown", None, None),
]


@pytest.mark.parametrize(("contract_id", "state", "waiting", "ends_at", "approved_at"), FIRST_LINES)
def test_a_line_that_asks_for_money_goes_when_nothing_holds_it(
    lines: dict[str, list[Line]],
    contract_id: str,
    state: str,
    waiting: str | None,
    ends_at: datetime | None,
    approved_at: datetime | None,
) -> None:
    line = lines[contract_id][0]
    assert (line.state_code, line.waiting_code, line.objection_ends_at, line.approved_at) == (
        state, waiting, ends_at, approved_at,
    )  # fmt: skip
    assert line.is_disputed == (waiting == "dispute")


def test_a_line_that_gives_money_back_needs_no_window(lines: dict[str, list[Line]]) -> None:
    assert [(line.amount, line.state_code, line.approved_at) for line in lines["corrected"]] == [
        (Decimal("130.00"), "approved", PROPOSED),
        (Decimal("-30.00"), "approved", AS_OF),
    ]


def test_a_line_waits_for_the_lines_of_its_key_before_it(lines: dict[str, list[Line]]) -> None:
    assert [(line.amount, line.state_code, line.waiting_code) for line in lines["corrected-in-the-window"]] == [
        (Decimal("130.00"), "proposed", "objection_window"),
        (Decimal("-30.00"), "approved", "earlier_line"),
    ]
    assert [(line.amount, line.waiting_code) for line in lines["gone"]] == [
        (Decimal("100.00"), "contract_unknown"),
        (Decimal("-100.00"), "earlier_line"),
    ]
    # The dispute does not hold what is given back; the lines that it is about do.
    assert [(line.amount, line.state_code, line.waiting_code) for line in lines["added-while-disputed"]] == [
        (Decimal("90.00"), "disputed", "dispute"),
        (Decimal("30.00"), "disputed", "dispute"),
        (Decimal("-20.00"), "approved", "earlier_line"),
    ]


def test_finance_s_newest_answer_by_the_night_is_the_state(lines: dict[str, list[Line]]) -> None:
    assert [
        (lines[name][0].state_code, lines[name][0].is_disputed) for name in ("extracted-paid", "extracted-rejected")
    ] == [
        ("paid", False),
        ("rejected", False),
    ]
    # Extracted is extracted, whatever is disputed afterwards.
    assert (lines["extracted"][0].state_code, lines["extracted"][0].is_disputed) == ("extracted", True)


def test_released_and_in_no_extract_yet_is_what_an_extract_takes(settled: Warehouse) -> None:
    ((slot,),) = settled.query("select slot from ops.publication order by publication_id desc limit 1")
    with session(settled.transformer_url) as connection, connection.cursor() as cursor:
        released = released_lines(cursor, slot)
    seen = settled.query(
        "select line_number from marts.fct_ledger_line where waiting_code is null and extract_number is null order by 1"
    )
    assert released == [number for (number,) in seen]
    contracts = settled.query("select contract_id from finance.ledger_line where line_number = any(%s)", (released,))
    assert ("no-window",) in contracts
    assert not {("explicit",), ("disputed",), ("extracted",), ("extracted-paid",), ("gone",)} & set(contracts)


def test_a_line_is_proposed_at_the_night_that_posted_it(settled: Warehouse) -> None:
    assert settled.query(
        "select distinct line_kind = 'initial', proposed_at from marts.fct_ledger_line"
        " where contract_id = 'added-while-disputed' or contract_id = 'corrected' order by 2, 1"
    ) == [(True, PROPOSED), (False, CORRECTED), (False, AS_OF)]
