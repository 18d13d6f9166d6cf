"""The suite files themselves: readable, complete, and each rule with an offender."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.yaml_model import ConfigurationInvalid
from supplier_sla.quality.suite import (
    DoorInSuite,
    DoorOutSuite,
    door_in_suite,
    door_in_suites,
    door_out_file_suite,
    door_out_suites,
)
from supplier_sla.quality.titles import read_titles
from tests.expectations.offender_files import read_offenders


def test_every_entity_has_a_suite() -> None:
    assert {suite.entity for suite in door_in_suites()} == set(load_contracts())


@pytest.mark.parametrize(
    "suite", [*door_in_suites(), *door_out_suites(), door_out_file_suite()], ids=lambda suite: suite.name
)
def test_every_expectation_has_an_offender(suite: DoorInSuite | DoorOutSuite) -> None:
    door, stem = suite.name.split(".")
    offenders = read_offenders(door, stem).offenders
    assert [offender.name for offender in offenders] == [each.name for each in suite.expectations]


def test_every_suite_and_expectation_has_a_chinese_title() -> None:
    titles = read_titles()
    suites: list[DoorInSuite | DoorOutSuite] = [*door_in_suites(), *door_out_suites(), door_out_file_suite()]
    assert [suite.name for suite in suites if not titles.suite(suite.name).zh] == []
    names = {each.name for suite in suites for each in suite.expectations}
    assert sorted(titles.expectations) == sorted(names)


VALID = """
entity: tickets
guards: Deliveries of tickets.
measures: {late_rows: {count_of: opened_at is null}}
expectations:
  - name: rows_are_on_time
    expectation: ExpectColumnValuesToBeBetween
    kwargs: {column: late_rows, max_value: 0}
    reason: Rows ought to be on time.
    severity: warning
"""


@pytest.fixture
def tickets_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only suite of the door in, to be spoilt."""
    path = tmp_path / "door_in" / "tickets.yml"
    path.parent.mkdir()
    path.write_text(VALID, encoding="utf-8")
    monkeypatch.setattr("supplier_sla.quality.suite.SUITES", tmp_path)
    return path


def test_suite_is_read_as_it_is_written(tickets_suite: Path) -> None:
    (suite,) = door_in_suites()
    assert suite == door_in_suite("tickets")
    assert [each.name for each in suite.expectations] == ["rows_are_on_time"]
    assert door_in_suite("trainings") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("severity: warning", "severity: fatal"), "expectations.0.severity"),
        (("    reason: Rows ought to be on time.\n", ""), "expectations.0.reason"),
        (("column: late_rows", "column: early_rows"), "'early_rows' is neither a measure"),
        (("count_of: opened_at is null", "count_of: a, share_of: b"), "exactly one of"),
        (("guards:", "guard:"), "guards"),
        (("kwargs: {column: late_rows, max_value: 0}", "kwargs: {column: rows_loaded}"), "nothing judges: late_rows"),
        (("expectation: Expect", "expectation: Assume"), "expectations.0.expectation"),
        (("guards: Deliveries", "guards: ["), "tickets.yml cannot be read"),
        (("entity: tickets", "entity: fees"), "expected tickets, as the file is called; found fees"),
    ],
)
def test_suite_with_a_mistake_is_refused_with_its_place(
    tickets_suite: Path, change: tuple[str, str], said: str
) -> None:
    tickets_suite.write_text(VALID.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigurationInvalid) as refused:
        door_in_suites()
    assert said in str(refused.value)
    assert "tickets.yml" in str(refused.value)
