"""The slow reference clock gives the answers that the named rules were given by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from tests.clock.conftest import topics
from tests.support.clock_rules import AS_OF, Case, all_exports
from tests.support.reference import Reading, measure

CASES = [case for topic in topics().values() for case in topic.cases]


@pytest.fixture(scope="module")
def readings() -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in measure(all_exports(topics().values()), AS_OF):
        found[reading.ticket_id].append(reading)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reference_says_the_same(case: Case, readings: dict[str, list[Reading]]) -> None:
    assert not case.differences(readings[case.name])


def test_no_two_cases_share_a_name() -> None:
    assert not [name for name, times in Counter(case.name for case in CASES).items() if times > 1]
