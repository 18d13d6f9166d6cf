"""docs/governance.md: every worked example is on it once, under a topic that the page has."""

from __future__ import annotations

from supplier_sla.docs import governance_page
from supplier_sla.docs.governance_page import EXAMPLES, TOPICS
from supplier_sla.docs.worked_examples import read_examples


def test_every_example_is_on_the_page_once() -> None:
    page = governance_page.render()
    for example in read_examples(EXAMPLES):
        assert page.count(f"tests/scenarios/governance/{example.name})") == 1
        assert example.text.title_zh in page


def test_every_topic_has_an_example() -> None:
    assert {example.text.topic for example in read_examples(EXAMPLES)} == set(TOPICS)
