"""docs/penalties.md: every kind, step and worked example is on it, and what is owed stands there as the files have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.docs import penalties_page
from supplier_sla.docs.penalties_page import EXAMPLES, examples_by_topic, examples_table, needs_of, owed_in_words
from supplier_sla.docs.topics import ExampleUnplaced
from supplier_sla.docs.vocabulary import VOCABULARIES, read_vocabulary
from supplier_sla.docs.worked_examples import Example, ExampleText, read_examples
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.yaml_model import ConfigurationInvalid

TEXT = {"topic": "caps", "title": "T", "title_zh": "题", "clause": "C.", "facts": "F.", "arithmetic": ["a", "b"]}


def _example(owed: dict[str, list[dict[str, str]]], **text: str) -> Example:
    return Example("one", ExampleText.model_validate({**TEXT, **text}), "EUR", owed)


def _line(amount: str, term: str = "A", month: str = "2026-06", **more: str) -> dict[str, str]:
    return {"penalty_term_id": term, "period_month": month, "owed_amount": amount, **more}


def test_every_kind_step_and_example_is_on_the_page() -> None:
    page = penalties_page.render()
    for vocabulary in ("penalty_kind", "penalty_step", "penalty_status"):
        for row in read_vocabulary(VOCABULARIES / f"{vocabulary}.csv"):
            assert f"`{row['code']}` | {row['label']} | {row['label_zh']} |" in page
    for example in read_examples(EXAMPLES):
        assert page.count(f"tests/scenarios/penalties/{example.name})") == 1
        assert example.text.title_zh in page
        assert example.owed, example.name


def test_every_kind_says_what_its_rows_need() -> None:
    contract = load_contracts()["penalty_terms"]
    needs = {row["code"]: needs_of(row["code"], contract) for row in read_vocabulary(VOCABULARIES / "penalty_kind.csv")}
    assert all(needs.values())
    assert needs["level_cap"] == "either amount or fee_ratio; service_level_id"


@pytest.mark.parametrize(
    ("owed", "words"),
    [
        ({"": [_line("1450.00")]}, "1,450.00 EUR"),
        ({"": [_line("0.00"), _line("0.00", "B")]}, "0.00 EUR"),
        ({"": [_line("1.00"), _line("0.00", "B"), _line("2.00", "C")]}, "A 1.00, C 2.00 EUR"),
        ({"": [_line("1.00", month="2026-05"), _line("2.00")]}, "2026-05 1.00, 2026-06 2.00 EUR"),
        ({"": [_line("1.00", contract_id="C1"), _line("2.00", contract_id="C2")]}, "C1 1.00, C2 2.00 EUR"),
        ({"at first": [_line("1.00")], "2026-07-22": [_line("0.00")]}, "at first: 1.00; 2026-07-22: 0.00 EUR"),
    ],
)
def test_what_is_owed_is_told_as_shortly_as_it_can_be(owed: dict[str, list[dict[str, str]]], words: str) -> None:
    assert owed_in_words(_example(owed)) == words


def test_an_example_is_a_row_of_its_topics_table() -> None:
    example = _example({"": [_line("1.00")]}, source="a book")
    row = "| [T](../tests/scenarios/penalties/one) 题 | C. (Source: a book.) | F. | 1.00 EUR | a; b. |"
    assert examples_table([example]).splitlines()[-1] == row
    assert examples_by_topic([example]).startswith("### Caps 上限\n\n| example |")


def test_an_example_of_no_topic_is_refused() -> None:
    with pytest.raises(
        ExampleUnplaced, match=r"one/case\.yml: topic; expected per_miss, .*; found other; next: name one"
    ):
        examples_by_topic([_example({}, topic="other")])


def test_an_example_without_its_words_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(ConfigurationInvalid, match=r"one/case\.yml cannot be read; expected a YAML file"):
        read_examples(tmp_path)
    (tmp_path / "one" / "case.yml").write_text("topic: caps\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"one/case\.yml is not valid; expected title: Field required"):
        read_examples(tmp_path)


def test_the_examples_lie_where_the_tests_run_them() -> None:
    assert EXAMPLES.parts[-3:] == ("tests", "scenarios", "penalties")
