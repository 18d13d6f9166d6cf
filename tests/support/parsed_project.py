"""The dbt project, parsed once in a test process for each slot and pointed at the database of each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supplier_sla.dbt_runs import run_dbt
from supplier_sla.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_parsed: dict[str, Manifest] = {}


def parsed_project(settings: Settings, slot: str, variables: dict[str, str]) -> Manifest:
    """What dbt would read from the project for this slot and database; parsing takes it longer than most builds.

    `variables` are those of the dbt run. Names of a node are all that the database has a part in.
    """
    if slot not in _parsed:
        _parsed[slot] = run_dbt(["parse", "--no-write-json"], settings, variables)
    manifest = _parsed[slot]
    database = variables["SUPPLIER_SLA_DBT_DATABASE"]
    for node in [*manifest.nodes.values(), *manifest.sources.values()]:
        name = getattr(node, "relation_name", None)
        if name:
            node.relation_name = name.replace(f'"{node.database}".', f'"{database}".', 1)
        node.database = database
    return manifest
