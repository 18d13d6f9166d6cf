"""Builds of a slot as a night makes them, and where their time went according to dbt's own records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.server_cost import Cost, Meter
from supplier_sla.database import session
from supplier_sla.dbt_runs import address_variables, run_dbt, slot_variables
from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import Settings
from supplier_sla.warehouse.fingerprint import build_fingerprint
from supplier_sla.warehouse.publish import publish
from supplier_sla.warehouse.slots import choose_slot

FACT = "fct_ticket_sla"

# Seeds and models, no tests: what is measured is how the tables come about.
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")


@dataclass(frozen=True)
class Build:
    """One build of everything up to FACT: in full or upon what the slot held, and what it cost.

    `sql_seconds` is the wall time from the start of the first node to the end of the last.
    """

    slot: str
    reason: str
    cost: Cost
    sql_seconds: float
    sum_of_nodes_seconds: float
    critical_path_seconds: float
    seconds_by_node: dict[str, float]

    @property
    def dbt_overhead_seconds(self) -> float:
        """dbt's start, its parse and its end, outside of any node."""
        return self.cost.wall_seconds - self.sql_seconds


def build_slot(settings: Settings, meter: Meter, *, as_of: datetime, run_id: str) -> Build:
    """Reserve the idle slot and build everything up to FACT in it, measured; dbt has parsed the project before.

    Raises:
        SupplierSlaError: no slot to build, or dbt failed.
    """
    with session(settings.transformer_url, application_name="supplier_sla_build") as connection:
        choice = choose_slot(connection, as_of=as_of, run_id=run_id, fingerprint=build_fingerprint("one server"))
    if choice.slot is None:
        raise SupplierSlaError("build of the benchmark", expected="a slot to build", found=choice.reason)
    variables = _variables(settings, choice.slot)
    run_dbt(["parse"], settings, variables)
    with meter.measure() as cost:
        run_dbt(["build", "--select", f"+{FACT}", *WITHOUT_TESTS], settings, variables)
    target = settings.dbt_target(choice.slot)
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    starts, ends = zip(*(_executed(result) for result in results if result["timing"]), strict=True)
    seconds = {str(result["unique_id"]): float(result["execution_time"]) for result in results}
    return Build(
        slot=choice.slot,
        reason=choice.reason,
        cost=cost,
        sql_seconds=(max(ends) - min(starts)).total_seconds(),
        sum_of_nodes_seconds=sum(seconds.values()),
        critical_path_seconds=_critical_path(seconds, manifest["parent_map"]),
        seconds_by_node={name.rpartition(".")[2]: taken for name, taken in seconds.items()},
    )


def complete_and_publish(settings: Settings, build: Build, *, run_id: str) -> None:
    """Build the rest of the slot and switch to it, so that the next build goes into the other one."""
    run_dbt(["build", "--exclude", f"+{FACT}", *WITHOUT_TESTS], settings, _variables(settings, build.slot))
    with session(settings.transformer_url, application_name="supplier_sla_publish") as connection:
        publish(connection, slot=build.slot, run_id=run_id)


def _variables(settings: Settings, slot: str) -> dict[str, str]:
    return {**address_variables(settings.transformer_url), **slot_variables(settings, slot)}


def _executed(result: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """When a node was begun (compiled) and when it was done."""
    starts = [datetime.fromisoformat(step["started_at"]) for step in result["timing"]]
    ends = [datetime.fromisoformat(step["completed_at"]) for step in result["timing"]]
    return min(starts), max(ends)


def _critical_path(seconds: Mapping[str, float], parents: Mapping[str, list[str]]) -> float:
    """Seconds of the longest chain of nodes that wait for each other: less cannot be had by more threads."""
    done: dict[str, float] = {}

    def finished(node: str) -> float:
        if node not in done:
            done[node] = seconds.get(node, 0.0) + max(map(finished, parents.get(node, [])), default=0.0)
        return done[node]

    return max(map(finished, seconds), default=0.0)
