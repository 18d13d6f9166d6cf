"""Worked examples of supplier governance, each a folder below tests/scenarios/governance, through real nights."""

from __future__ import annotations

import fnmatch
import os
from datetime import date

import pytest

from tests.conftest import Warehouse
from tests.governance.after_night import AFTER_NIGHT, MARTS_READ
from tests.support.scenario_nights import Marts, assert_comes_out_as_written, published_nights
from tests.support.scenarios import GOVERNANCE, Scenario, scenarios

# While one writes a case: GOVERNANCE_SCENARIOS='a_late_answer*' leaves the others out.
PATTERN = os.environ.get("GOVERNANCE_SCENARIOS", "*")
CASES = [case for case in scenarios(GOVERNANCE) if fnmatch.fnmatch(case.name, PATTERN)]


@pytest.fixture(scope="module")
def published(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Marts]:
    """What the marts that any case speaks of held after each night."""
    return published_nights(module_warehouse, tmp_path_factory, CASES, after_night=AFTER_NIGHT, marts_read=MARTS_READ)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_scenario_comes_out_as_written(case: Scenario, published: dict[date, Marts]) -> None:
    assert_comes_out_as_written(case, published)
