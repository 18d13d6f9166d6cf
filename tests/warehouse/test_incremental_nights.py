"""Nights with dbt in slots that keep their tables: what the models are told, and that a full build says the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.warehouse.publish import publish
from supplier_sla.warehouse.slots import choose_slot
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import Rows, build, build_and_publish, land, night, write_exports
from tests.support.register import event, register, service_level, ticket

FIRST, SECOND, THIRD = utc("2026-03-10 12:00"), utc("2026-03-11 12:00"), utc("2026-03-12 12:00")

FIRST_EXPORTS: dict[str, Rows] = {
    **register(service_levels=[service_level("RES"), service_level("RESP", stop_event="responded", target_value="60")]),
    "tickets": [
        ticket("solved", "2026-03-09T09:00:00Z", resolved_at="2026-03-09T11:00:00Z"),
        ticket("still open", "2026-03-10T09:00:00Z"),
        ticket("reopened later", "2026-03-09T09:00:00Z", resolved_at="2026-03-09T10:00:00Z"),
    ],
}
SECOND_EXPORTS: dict[str, Rows] = {
    "tickets": [ticket("of the second night", "2026-03-11T09:00:00Z", resolved_at="2026-03-11T09:30:00Z")],
}
THIRD_EXPORTS: dict[str, Rows] = {
    "tickets": [ticket("of the third night", "2026-03-12T09:00:00Z", resolved_at="2026-03-12T11:59:00Z")],
    "ticket_events": [
        event("reopened later", "2026-03-12T09:00:00Z", "reopened", state_code="open"),
        event("reopened later", "2026-03-12T10:00:00Z", "resolved", state_code="resolved"),
    ],
}
STAGING_VIEWS = "select relname, oid from pg_class where relkind = 'v' and relnamespace = 'staging_blue'::regnamespace"


@dataclass(frozen=True)
class ThirdNight:
    """The third night: what the models were told, views made anew, the marts after an incremental and a full build of it."""

    new_by_delivery: list[tuple]
    run: list[tuple]
    new_views: list[tuple]
    incremental_marts: dict[str, str]
    full_marts: dict[str, str]


@pytest.fixture(scope="module")
def third_night(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThirdNight]:
    home = tmp_path_factory.mktemp("nights")
    with another_warehouse(template_database, "incremental_nights") as warehouse:
        night(warehouse, home, FIRST_EXPORTS, FIRST)
        night(warehouse, home, SECOND_EXPORTS, SECOND)
        told = _incremental_night(warehouse, home)
        incremental_marts = _marts_digest(warehouse)
        assert build_and_publish(warehouse, home, THIRD, full_refresh=True).ledger_lines_posted == 0
        yield ThirdNight(*told, incremental_marts, _marts_digest(warehouse))


def _incremental_night(warehouse: Warehouse, home: Path) -> tuple[list[tuple], list[tuple], list[tuple]]:
    write_exports(home / "landing", THIRD_EXPORTS)
    land(warehouse, home / "landing", THIRD)
    with session(warehouse.transformer_url) as connection:
        choice = choose_slot(connection, as_of=THIRD, run_id="third", fingerprint="test")
        assert (choice.slot, choice.is_incremental) == ("marts_blue", True), choice.reason
        # The views of the first night are still there, and speak of tonight.
        told = (
            warehouse.query(
                "select entity, count(*) filter (where is_new), count(*) from staging_blue.stg_ops__accepted_deliveries"
                " group by entity order by entity"
            ),
            warehouse.query("select as_of, built_as_of from staging_blue.stg_ops__run"),
        )
        views = set(warehouse.query(STAGING_VIEWS))
        build(warehouse, home, "marts_blue")
        publish(connection, slot="marts_blue", run_id="third")
    return *told, sorted(set(warehouse.query(STAGING_VIEWS)) - views)


def _marts_digest(warehouse: Warehouse) -> dict[str, str]:
    """One hash per readers' table over all its rows in a fixed order."""
    views = warehouse.query("select viewname from pg_views where schemaname = 'marts' order by 1")
    digest = "select coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') from marts.{} as t"
    return {view: warehouse.query(digest.format(view))[0][0] for (view,) in views}


def test_the_models_of_an_incremental_build_are_told_which_deliveries_are_new_to_the_slot(
    third_night: ThirdNight,
) -> None:
    register_entities = ["calendars", "contracts", "service_levels", "suppliers", "work_centres"]
    assert third_night.new_by_delivery == sorted(
        [*((entity, 0, 1) for entity in register_entities), ("ticket_events", 1, 1), ("tickets", 2, 3)]
    )


def test_the_models_of_an_incremental_build_are_told_for_when_the_slot_was_built_last(third_night: ThirdNight) -> None:
    assert third_night.run == [(THIRD, FIRST)]


def test_an_incremental_and_a_full_build_of_the_same_night_give_the_same_bytes(third_night: ThirdNight) -> None:
    assert third_night.incremental_marts["fct_ticket_sla"] != ""
    assert third_night.incremental_marts == third_night.full_marts


def test_an_incremental_build_keeps_the_views_of_its_slot(third_night: ThirdNight) -> None:
    """Two threads that replace views on which a third one depends would block each other."""
    assert not third_night.new_views
