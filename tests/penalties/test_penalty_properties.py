"""What holds for every contract whatever its terms, read from the marts and the ledger of random contract books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from tests.conftest import Warehouse
from tests.penalties.conftest import PublishedBook
from tests.support.reference.penalties_books import SECOND_NIGHT
from tests.support.reference.penalties_comparison import Key, Steps, published_lines
from tests.support.reference.penalties_register import CAPS, Register, Term, month_of

UNDECIDED = ("provisional", "fee_missing", "carried_forward")
STEPS = (
    "penalty_key, step_number, step_code, before_amount, after_amount, lines.assessed_amount, lines.owed_amount, lines.status_code"
    " from marts.fct_penalty_step inner join marts.fct_penalty as lines using (penalty_key)"
)


@pytest.fixture(scope="module")
def lines(published: PublishedBook) -> dict[Key, Steps]:
    return published_lines(published.warehouse)


def posted(warehouse: Warehouse) -> dict[tuple[str, str, date, str], Decimal]:
    """What the ledger says of each key, all its lines added up."""
    rows = warehouse.query(
        "select contract_id, penalty_term_id, period_month, currency_code, sum(amount) from finance.ledger_line"
        " group by contract_id, penalty_term_id, period_month, currency_code"
    )
    return {row[:4]: row[4] for row in rows}


def test_nobody_owes_less_than_nothing_or_more_than_the_penalty(lines: dict[Key, Steps]) -> None:
    for key, line in lines.items():
        assert 0 <= line["owed_amount"] <= line["penalty_amount"], key
        given_back = line["earn_back_amount"] + line["dispute_reduction_amount"] + line["waiver_amount"]
        assert line["owed_amount"] == line["penalty_amount"] - given_back, key
        assert (line["status_code"] == "owed") == (line["owed_amount"] > 0), key
        assert line["penalty_amount"] == 0 or line["status_code"] not in UNDECIDED, key


@pytest.mark.parametrize("kind", CAPS)
def test_no_penalty_exceeds_its_cap(kind: str, published: PublishedBook, lines: dict[Key, Steps]) -> None:
    register = Register(published.book.exports, SECOND_NIGHT)
    total: dict[Hashable, Decimal] = defaultdict(Decimal)
    highest: dict[Hashable, Fraction] = {}
    reached = 0
    for (contract_id, term_id, month), line in sorted(lines.items(), key=lambda each: each[0][2]):
        for room, limit in rooms(register, kind, contract_id, term_id, month):
            total[room] += line["penalty_amount"]
            # A cap that grew within the year counts from then on.
            highest[room] = max(limit, highest.get(room, limit))
            if line["penalty_amount"]:
                assert total[room] <= highest[room], (contract_id, term_id, month, kind)
                reached += total[room] > highest[room] - 1
    assert reached, f"no {kind} of this book was reached"


def rooms(
    register: Register, kind: str, contract_id: str, term_id: str, month: date
) -> Iterator[tuple[Hashable, Fraction]]:
    """The caps of a kind that hold for a line: what they are shared by, and their limit where the fee is known."""
    number = month_of(month)
    term = register.in_force(contract_id, term_id, number)[0]
    for cap_id in register.terms[contract_id]:
        for cap in register.in_force(contract_id, cap_id, number):
            shared = {"level_cap": "service_level_id", "pool_cap": "pool_code"}.get(kind)
            if cap.kind != kind or (shared and getattr(cap, shared) != getattr(term, shared)):
                continue
            limit = cap.amount if cap.amount is not None else _share(register, contract_id, cap, number)
            if limit is not None:
                yield (
                    (contract_id, cap_id, register.year_of(contract_id, number) if kind == "yearly_cap" else number),
                    limit,
                )


def _share(register: Register, contract_id: str, cap: Term, month: int) -> Fraction | None:
    fee = register.fee_of(contract_id, cap, month)
    return None if fee is None else Fraction(cap.fee_ratio * fee)


def test_one_more_miss_never_costs_less(published: PublishedBook, lines: dict[Key, Steps]) -> None:
    costs_more = 0
    for first, second in published.book.twins:
        months = [(term_id, month) for contract_id, term_id, month in lines if contract_id == first]
        assert months
        for term_id, month in months:
            twin = term_id.replace(f"{first}/", f"{second}/")
            less, more = lines[first, term_id, month]["owed_amount"], lines[second, twin, month]["owed_amount"]
            assert more >= less, f"{term_id} in {month}: {less}, with one more miss {more}"
            costs_more += more > less
    assert costs_more > 3, "hardly a miss of this book costs anything"


def test_the_ledger_of_two_nights_adds_up_to_what_one_night_would_have_posted(
    published: PublishedBook, lines: dict[Key, Steps]
) -> None:
    owed = {(*key, line["currency_code"]): line["owed_amount"] for key, line in lines.items()}
    ledger = posted(published.warehouse)
    assert {key: amount for key, amount in ledger.items() if amount} == {
        key: amount for key, amount in owed.items() if amount
    }
    corrected = published.warehouse.query("select count(*) from finance.ledger_line where line_kind <> 'initial'")[0][0]
    assert corrected > 50, "the second night should have had much to correct"


def test_every_contract_is_told_in_its_own_currency_and_totals_stay_within_one(
    published: PublishedBook, lines: dict[Key, Steps]
) -> None:
    currency = {row["contract_id"]: row["currency_code"] for row in published.book.exports["contracts"]}
    ledger = posted(published.warehouse)
    by_currency: dict[str, Decimal] = defaultdict(Decimal)
    for (contract_id, _, _), line in lines.items():
        assert line["currency_code"] == currency[contract_id]
        by_currency[line["currency_code"]] += line["owed_amount"]
    assert all(key[3] == currency[key[0]] for key in ledger)
    totals = published.warehouse.query("select currency_code, sum(amount) from finance.ledger_line group by 1")
    assert dict(totals) == by_currency and len(by_currency) == 4


def test_each_step_starts_where_the_one_before_ended(published: PublishedBook) -> None:
    chains: dict[str, list[tuple]] = defaultdict(list)
    for key, *step in published.warehouse.query(f"select {STEPS} order by penalty_key, step_number"):
        chains[key].append(tuple(step))
    assert len(chains) > 1000
    for key, steps in chains.items():
        assert steps[0][3] == steps[0][4], f"{key}: the first step gives the assessed amount"
        for (_, _, _, after, *_), (_, code, before, *_) in pairwise(steps):
            assert after == before, f"{key}: {code}"
        assert steps[-1][3] == steps[-1][5] or steps[-1][6] in UNDECIDED, f"{key}: the last step gives what is owed"


def test_tickets_add_up_to_the_assessed_amount(published: PublishedBook) -> None:
    sums = published.warehouse.query(
        "select lines.penalty_term_id, lines.period_month, lines.assessed_amount, coalesce(sum(tickets.amount), 0)"
        " from marts.fct_penalty as lines left join marts.fct_penalty_ticket as tickets using (penalty_key)"
        " where lines.penalty_kind in ('fixed_per_miss', 'per_time_late')"
        " group by penalty_key, lines.penalty_term_id, lines.period_month, lines.assessed_amount"
    )
    assert len([row for row in sums if row[2]]) > 200
    # A third of an hour ends nowhere; sums of such tickets differ from the line in PostgreSQL's last digits.
    assert [row for row in sums if abs(row[2] - row[3]) > Decimal("1e-9")] == []
