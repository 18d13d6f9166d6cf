"""Random contracts under random terms: models and slow reference agree on every line, step by step, to the cent.

A book is two nights of some two hundred contracts; PENALTY_BOOKS=20 asks for more of them.
"""

from __future__ import annotations

from collections import Counter

from tests.penalties.conftest import PublishedBook
from tests.support.reference.penalties_books import SECOND_NIGHT
from tests.support.reference.penalties_comparison import differences, expected_lines, published_lines, report


def test_every_line_equals_the_reference(published: PublishedBook) -> None:
    expected = expected_lines(published.book, SECOND_NIGHT)
    statuses = Counter(line["status_code"] for line in expected.values())
    found = differences(expected, published_lines(published.warehouse))
    assert not found, f"of {len(expected)} lines {report(published.book, found)}"
    assert len(statuses) == 10, f"a book without every status proves less than it should: {statuses}"
