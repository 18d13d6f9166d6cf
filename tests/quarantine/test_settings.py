"""Limits are read strictly, from a profile and from the environment; the views know every entity."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.limits import BadRowLimitInvalid, BadRowLimits
from tests.conftest import Warehouse
from tests.quarantine.conftest import desk

RATIO, COUNT = "SUPPLIER_SLA_HIGHEST_BAD_ROWS_RATIO", "SUPPLIER_SLA_MOST_BAD_ROWS"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, BadRowLimits()),
        ({RATIO: "", COUNT: ""}, BadRowLimits()),
        ({RATIO: "0.2", COUNT: "0"}, BadRowLimits(bad_rows_ratio=0.2, bad_rows=0)),
    ],
)
def test_limits_by_setting(environment: dict[str, str], expected: BadRowLimits) -> None:
    assert BadRowLimits.from_environment(environment) == expected


@pytest.mark.parametrize(
    "environment", [{RATIO: "20%"}, {RATIO: "1.5"}, {RATIO: "nan"}, {COUNT: "-1"}, {COUNT: "many"}, {COUNT: "٣"}]
)
def test_a_setting_that_is_no_limit_is_refused_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(BadRowLimitInvalid, match=next(iter(environment))):
        BadRowLimits.from_environment(environment)


@pytest.mark.parametrize("limits", [{"bad_rows_ratio": 2}, {"bad_rows": -1}, {"rows": 5}])
def test_a_profile_with_a_limit_that_is_none_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="limits"):
        desk(limits=limits)


def test_a_share_of_one_never_refuses() -> None:
    assert BadRowLimits(bad_rows_ratio=1).refusal(50, 50) is None


@pytest.mark.parametrize("entity", sorted(load_contracts()))
def test_record_of_every_entity_has_a_key_that_is_looked_up_in_its_raw_table(
    module_warehouse: Warehouse, entity: str
) -> None:
    contract = load_contracts()[entity]
    sources = [source for name in contract.key for source in contract.derived.get(name, (name,))]
    pairs = ", ".join(f"'{source}', '{source[:3]}'" for source in sources)
    ((key,),) = module_warehouse.query(f"select ops.quarantined_key('{entity}', jsonb_build_object({pairs}))")
    assert key == "/".join(source[:3] for source in sources)
    ((definition,),) = module_warehouse.query("select pg_get_viewdef('ops.quarantine_sequel'::regclass)")
    assert f"FROM (raw.{entity} known" in definition
