"""When a slot keeps its tables for the next build, when it is emptied, and which deliveries are new to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg2 import errors

from supplier_sla.warehouse.publish import PublicationRefused
from supplier_sla.warehouse.slot_relations import SlotBusy
from tests.conftest import Warehouse
from tests.support.slot_tables import AS_OF, build_slot, choose, deliver, night, penalty, reserve, switch

LATER = AS_OF + timedelta(days=1)


def as_transformer(warehouse: Warehouse, statement: str) -> None:
    """Run what dbt would have run."""
    warehouse.query(f"set role transformer; {statement}")


def relations(warehouse: Warehouse, colour: str = "blue") -> set[tuple[str, int]]:
    """Tables and views of a slot with their object numbers: a table that was made anew has another one."""
    return set(
        warehouse.query(
            "select nspname || '.' || relname, pg_class.oid from pg_class join pg_namespace n on n.oid = relnamespace"
            " where nspname = any(%s) and relkind in ('r', 'v')",
            ([f"{layer}_{colour}" for layer in ("staging", "intermediate", "marts")],),
        )
    )


def frozen(warehouse: Warehouse, slot: str = "marts_blue") -> dict[int, bool]:
    """Deliveries that the slot's build may use, and whether they are in its tables."""
    return dict(warehouse.query("select delivery_id, is_built from ops.slot_delivery where slot = %s", (slot,)))


def built_as_of(warehouse: Warehouse, slot: str = "marts_blue") -> object:
    return warehouse.query("select built_as_of from ops.slot where slot = %s", (slot,))[0][0]


@pytest.fixture
def two_nights(warehouse: Warehouse) -> Warehouse:
    """Both slots built and published with one delivery; marts_blue is the next to be built."""
    deliver(warehouse, "first")
    night(warehouse)
    night(warehouse)
    return warehouse


def test_the_first_build_of_each_slot_is_in_full_and_the_third_night_is_incremental(warehouse: Warehouse) -> None:
    deliver(warehouse, "first")
    for slot in ("marts_blue", "marts_green"):
        choice = choose(warehouse, run_id=slot, force=True)
        assert (choice.slot, choice.is_incremental) == (slot, False)
        assert choice.reason == "in full (first build of this slot), 1 deliveries"
        build_slot(warehouse, slot)
        switch(warehouse, slot, slot)
    deliver(warehouse, "second")
    third = choose(warehouse)
    assert (third.slot, third.is_incremental) == ("marts_blue", True)
    assert third.reason == "incremental, 1 of 2 deliveries are new to it"
    assert warehouse.query("select build_reason from ops.slot where slot = 'marts_blue'") == [(third.reason,)]


def test_an_incremental_build_finds_the_tables_of_its_slots_own_last_build(two_nights: Warehouse) -> None:
    as_transformer(two_nights, "create table intermediate_blue.kept (a int); create view staging_blue.kept as select 1")
    before = relations(two_nights)
    assert choose(two_nights, as_of=LATER).is_incremental
    assert relations(two_nights) == before
    assert built_as_of(two_nights) == AS_OF


def test_what_the_other_slot_has_built_meanwhile_is_new_to_this_one(two_nights: Warehouse) -> None:
    second = deliver(two_nights, "second")
    night(two_nights)
    third = deliver(two_nights, "third")
    choice = choose(two_nights)
    assert choice.reason == "incremental, 2 of 3 deliveries are new to it"
    assert frozen(two_nights, "marts_green") == {1: True, second: False, third: False}
    assert frozen(two_nights, "marts_blue") == {1: True, second: True}


def test_force_builds_upon_the_slot_like_any_other_night(two_nights: Warehouse) -> None:
    assert choose(two_nights, force=True).is_incremental


def test_a_full_refresh_builds_an_emptied_slot_although_nothing_is_new(two_nights: Warehouse) -> None:
    choice = choose(two_nights, full_refresh=True)
    assert (choice.slot, choice.is_incremental) == ("marts_blue", False)
    assert choice.reason == "in full (asked for), 1 deliveries"


def test_other_models_are_built_in_full(two_nights: Warehouse) -> None:
    choice = choose(two_nights, fingerprint="other models")
    assert choice.reason == "in full (models, checks or server have changed), 1 deliveries"


def test_a_slot_left_in_the_middle_of_a_build_is_built_in_full(two_nights: Warehouse) -> None:
    assert choose(two_nights, run_id="killed", force=True).is_incremental
    again = choose(two_nights, run_id="next", force=True)
    assert again.reason == "in full (its last build was not published), 1 deliveries"
    build_slot(two_nights, "marts_blue")
    switch(two_nights, "marts_blue", "next")
    night(two_nights)
    assert choose(two_nights, force=True).is_incremental


def test_a_slot_whose_publication_was_refused_is_built_in_full(two_nights: Warehouse) -> None:
    deliver(two_nights, "second")
    slot, run_id = reserve(two_nights, as_of=LATER)
    as_transformer(two_nights, "drop table marts_blue.fct_penalty")
    with pytest.raises(PublicationRefused):
        switch(two_nights, slot, run_id)
    assert built_as_of(two_nights) == AS_OF
    assert frozen(two_nights) == {1: True, 2: False}
    assert choose(two_nights).reason == "in full (its last build was not published), 2 deliveries"


def test_a_publication_that_breaks_half_way_records_no_build(two_nights: Warehouse) -> None:
    deliver(two_nights, "second")
    slot, run_id = reserve(two_nights, as_of=LATER)
    build_slot(two_nights, slot, penalties=[penalty(currency_code="x")])
    with pytest.raises(errors.CheckViolation):
        switch(two_nights, slot, run_id)
    assert (built_as_of(two_nights), frozen(two_nights)) == (AS_OF, {1: True, 2: False})


def test_a_slot_of_which_is_not_known_what_it_has_used_is_built_in_full(two_nights: Warehouse) -> None:
    two_nights.query("delete from ops.slot_delivery; update ops.slot set built_as_of = null")
    assert choose(two_nights, force=True).reason == "in full (not on record what its last build used), 1 deliveries"


def test_a_slot_built_for_a_later_instant_is_built_in_full(two_nights: Warehouse) -> None:
    two_nights.query("update ops.slot set built_as_of = %s where slot = 'marts_blue'", (LATER,))
    assert choose(two_nights, force=True).reason == "in full (its last build was for a later instant), 1 deliveries"


@pytest.mark.parametrize("change", ["state = 'refused'", "is_checked = false"])
def test_a_slot_with_rows_of_a_delivery_that_is_out_of_use_is_built_in_full(two_nights: Warehouse, change: str) -> None:
    deliver(two_nights, "second")
    two_nights.query(f"update ops.delivery set {change} where delivery_id = 1")
    choice = choose(two_nights)
    assert choice.reason == "in full (a delivery that its last build used is no longer usable), 1 deliveries"
    assert frozen(two_nights) == {2: False}


def test_a_delivery_out_of_use_that_only_the_other_slot_has_used_changes_nothing_for_this_one(
    two_nights: Warehouse,
) -> None:
    second = deliver(two_nights, "second")
    assert night(two_nights).slot == "marts_blue"
    two_nights.query("update ops.delivery set state = 'refused' where delivery_id = %s", (second,))
    choice = choose(two_nights)
    assert (choice.slot, choice.reason) == ("marts_green", "incremental, 0 of 1 deliveries are new to it")


def test_a_build_in_full_starts_from_nothing(two_nights: Warehouse) -> None:
    as_transformer(
        two_nights,
        "create table intermediate_blue.stretches (a int);"
        " create view staging_blue.tickets as select 1 as a;"
        " create view marts_blue.rpt_stretches as select a from intermediate_blue.stretches join staging_blue.tickets"
        " using (a);"
        " create table marts_blue.fct_ticket__dbt_backup (a int)",
    )
    other_slot = relations(two_nights, "green")
    choose(two_nights, full_refresh=True)
    assert relations(two_nights) == set()
    assert relations(two_nights, "green") == other_slot
    assert built_as_of(two_nights) is None
    assert frozen(two_nights) == {1: False}


def test_the_planner_knows_how_many_deliveries_a_build_has(warehouse: Warehouse) -> None:
    for number in range(30):
        deliver(warehouse, f"file {number}")
    choose(warehouse)
    assert warehouse.query("select reltuples from pg_class where oid = 'ops.slot_delivery'::regclass") == [(30.0,)]


def test_a_publication_puts_the_deliveries_of_its_build_on_record(warehouse: Warehouse) -> None:
    first = deliver(warehouse, "first")
    slot, run_id = reserve(warehouse)
    assert (built_as_of(warehouse), frozen(warehouse)) == (None, {first: False})
    build_slot(warehouse, slot)
    switch(warehouse, slot, run_id)
    assert (built_as_of(warehouse), frozen(warehouse)) == (AS_OF, {first: True})
    assert frozen(warehouse, "marts_green") == {}


def test_a_delivery_judged_while_the_slot_is_built_waits_for_the_next_night(warehouse: Warehouse) -> None:
    late = deliver(warehouse, "judged late", is_checked=False)
    first = deliver(warehouse, "first")
    slot, run_id = reserve(warehouse)
    warehouse.query("update ops.delivery set is_checked = true")
    deliver(warehouse, "landed meanwhile")
    build_slot(warehouse, slot)
    switch(warehouse, slot, run_id)
    assert frozen(warehouse) == {first: True}
    night(warehouse)
    assert choose(warehouse, force=True).reason == "incremental, 2 of 3 deliveries are new to it"
    assert frozen(warehouse)[late] is False


@pytest.mark.parametrize("full_refresh", [False, True])
@pytest.mark.parametrize("relation", ["marts_blue.fct_penalty", "intermediate_blue.clocks", "marts_blue.rpt_clocks"])
def test_a_view_on_a_slot_instead_of_on_marts_is_named_and_not_dropped(
    two_nights: Warehouse, relation: str, full_refresh: bool
) -> None:
    as_transformer(
        two_nights,
        "create table intermediate_blue.clocks (a int);"
        " create view marts_blue.rpt_clocks as select * from intermediate_blue.clocks",
    )
    two_nights.query(f"create view public.analysis as select count(*) from {relation}")
    kind = "view" if "rpt_" in relation else "table"
    before = relations(two_nights), two_nights.query("select * from ops.slot order by slot")
    with pytest.raises(SlotBusy, match=rf"view analysis depends on {kind} {relation}"):
        choose(two_nights, force=True, full_refresh=full_refresh)
    assert two_nights.query("select count(*) from public.analysis") == [(1,)]
    assert (relations(two_nights), two_nights.query("select * from ops.slot order by slot")) == before
