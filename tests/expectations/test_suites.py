"""The suite files themselves: readable, complete, and each rule with an offender."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from supplier_sla.quality.delivered_rows import FILE_CONTRACTS
from supplier_sla.quality.suite import DoorInSuite, DoorOutSuite, SuiteInvalid, _read, door_in_suites, door_out_suites
from tests.expectations.offender_files import read_offenders

READ_BY_MODELS = {
    path.stem
    for path in FILE_CONTRACTS.glob("*.yml")
    if yaml.safe_load(path.read_text(encoding="utf-8"))["read_by_models"]
}


def test_every_entity_that_models_read_has_a_suite() -> None:
    assert {suite.entity for suite in door_in_suites()} == READ_BY_MODELS


@pytest.mark.parametrize("suite", [*door_in_suites(), *door_out_suites()], ids=lambda suite: suite.name)
def test_every_expectation_has_an_offender(suite: DoorInSuite | DoorOutSuite) -> None:
    door, stem = suite.name.split(".")
    offenders = read_offenders(door, stem).offenders
    assert [offender.name for offender in offenders] == [each.name for each in suite.expectations]


VALID = """
guards: Deliveries of tickets.
measures: {late_rows: {count_of: opened_at is null}}
expectations:
  - name: rows_are_on_time
    expectation: ExpectColumnValuesToBeBetween
    kwargs: {column: late_rows, max_value: 0}
    reason: Rows ought to be on time.
    severity: warning
"""


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
        (("guards: Deliveries", "guards: ["), "suite door_in/tickets.yml"),
    ],
)
def test_suite_with_a_mistake_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "door_in" / "tickets.yml"
    path.parent.mkdir()
    path.write_text(VALID, encoding="utf-8")
    assert _read(path, DoorInSuite, entity="tickets").expectations[0].name == "rows_are_on_time"
    path.write_text(VALID.replace(*change), encoding="utf-8")
    with pytest.raises(SuiteInvalid) as refused:
        _read(path, DoorInSuite, entity="tickets")
    assert said in str(refused.value)
    assert "suite door_in/tickets.yml" in str(refused.value)
