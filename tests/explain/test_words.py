"""Every code that the warehouse may print has a word in both languages, and every sentence is said somewhere."""

from __future__ import annotations

import re
from string import Formatter

import pytest
import yaml

from supplier_sla.bilingual import LANGUAGES
from supplier_sla.docs.vocabulary import VOCABULARIES, read_vocabulary
from supplier_sla.explain.vocabulary import WORDS
from supplier_sla.landing.checks import TRIGGERS
from supplier_sla.landing.contract import load_contracts
from supplier_sla.ledger.components import COMPONENTS
from tests.conftest import REPOSITORY

GROUPS = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
MARTS = REPOSITORY / "dbt_project" / "models" / "marts"
SPOKEN = re.compile(r"""say\(\s*["']([a-z_]+)["']""")
QUOTED = re.compile(r"""["']([a-z_]+)["']""")


def described(folder: str, table: str, column: str) -> str:
    """The description of a readers' column."""
    models = yaml.safe_load((MARTS / folder / f"_{folder}.yml").read_text(encoding="utf-8"))["models"]
    columns = next(model["columns"] for model in models if model["name"] == table)
    return next(one["description"] for one in columns if one["name"] == column)


def codes_in(text: str) -> set[str]:
    """The codes of a list in words: what stands between commas, without remarks in parentheses."""
    listed = re.sub(r"\([^)]*\)", "", text)
    return set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|(?<=, )[a-z]+(?=[,;. ])|(?<=^)[a-z]+(?=,)|(?<= or )[a-z]+", listed))


def allowed(entity: str, column: str) -> set[str]:
    return set(load_contracts()[entity].column_by_name[column].allowed or ())


CODES = {
    "status_reason": codes_in(described("sla", "fct_ticket_sla", "status_reason_code").partition("Why: ")[2])
    - {"else"},
    "clock_state": codes_in(described("sla", "rpt_ticket_sla_stretch", "clock_state_code")),
    "period_status": codes_in(described("sla", "fct_service_level_period", "status_code")),
    "penalty_status": {row["code"] for row in read_vocabulary(VOCABULARIES / "penalty_status.csv")},
    "target_unit": allowed("service_levels", "target_unit"),
    "count_from": allowed("service_levels", "count_from"),
    "reopen_policy": allowed("service_levels", "reopen_policy"),
    "priority_change_policy": allowed("service_levels", "priority_change_policy"),
    "handover_policy": allowed("service_levels", "handover_policy"),
    "period_basis": allowed("service_levels", "period_basis"),
    "penalty_kind": allowed("penalty_terms", "penalty_kind"),
    "verdict": allowed("tickets", "source_verdict"),
    "trigger": set(TRIGGERS),
    "line_kind": {"initial", "adjustment", *COMPONENTS} - {"penalty"},
    "delivery_state": {"received", "loaded", "partly_loaded", "refused", "repeated"},
    "weekday": set("0123456"),
    "verdict_difference": {row["code"] for row in read_vocabulary(VOCABULARIES / "source_verdict_reason.csv")},
}


@pytest.mark.parametrize("group", CODES)
def test_every_code_has_a_word(group: str) -> None:
    assert len(CODES[group]) > 1, "the list of codes was not found where it is written"
    assert CODES[group] - GROUPS[group].keys() == set()


@pytest.mark.parametrize("vocabulary", ["measurement_status", "ticket_event_type"])
def test_every_status_and_event_has_a_label_in_both_languages(vocabulary: str) -> None:
    for row in read_vocabulary(VOCABULARIES / f"{vocabulary}.csv"):
        assert row["label"].strip() and row["label_zh"].strip(), row["code"]


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    for group, words in GROUPS.items():
        for code, word in words.items():
            assert word.keys() == set(LANGUAGES), f"{group}.{code}"
            assert all(text.strip() or code == "corrects" for text in word.values()), f"{group}.{code}"
            places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in word.values()]
            assert places[0] == places[1], f"{group}.{code}"


def test_every_sentence_is_said_and_no_other() -> None:
    texts = [path.read_text(encoding="utf-8") for path in WORDS.parent.glob("*.py")]
    said = {code for text in texts for code in SPOKEN.findall(text)}
    named = {code for text in texts for code in QUOTED.findall(text)}
    assert said - GROUPS["sentences"].keys() == set()
    assert GROUPS["sentences"].keys() - named == set()
