"""Random contracts under random terms: models and slow reference agree on every line, step by step, to the cent.

A book is two nights of some two hundred contracts; PENALTY_BOOKS=20 asks for more of them.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.penalties.conftest import PublishedBook
from tests.support.reference.penalties_books import SECOND_NIGHT
from tests.support.reference.penalties_comparison import ALMOST, differences, expected_lines, published_lines, report
from tests.support.reference.penalties_register import first_day


def test_every_ticket_costs_what_the_reference_says(published: PublishedBook) -> None:
    expected = {
        (line.penalty_term_id, first_day(line.month), charge.miss.ticket_key): (
            charge.units,
            charge.amount,
            charge.is_relieved,
        )
        for line in published.book.expected()
        if line.is_decided
        for charge in line.charges
    }
    rows = published.warehouse.query(
        "select tickets.penalty_term_id, tickets.period_month, tickets.ticket_key, tickets.unit_count, coalesce(tickets.amount, 0), is_relieved"
        " from marts.fct_penalty_ticket as tickets inner join marts.fct_penalty as lines using (penalty_key)"
    )
    found = {row[:3]: row[3:] for row in rows}
    told = {key: found.get(key) for key in expected}
    apart = {key: (charge, told[key]) for key, charge in expected.items() if not _costs_the_same(charge, told[key])}
    assert not apart, f"{len(apart)} of {len(expected)} tickets differ, such as {next(iter(apart.items()))}"


def test_every_line_equals_the_reference(published: PublishedBook) -> None:
    expected = expected_lines(published.book, SECOND_NIGHT)
    statuses = Counter(line["status_code"] for line in expected.values())
    found = differences(expected, published_lines(published.warehouse))
    assert not found, f"of {len(expected)} lines {report(published.book, found)}"
    assert len(statuses) == 10, f"a book without every status proves less than it should: {statuses}"


def _costs_the_same(ours: tuple, theirs: tuple | None) -> bool:
    """Units and amount but for the last of PostgreSQL's digits."""
    if theirs is None:
        return False
    units, amount = (abs(one - Fraction(other)) for one, other in zip(ours[:2], theirs[:2], strict=True))
    return max(units, amount) <= ALMOST and ours[2] == theirs[2]
