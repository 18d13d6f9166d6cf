"""Which slot a night builds, and when it builds none."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest

from supplier_sla.database import connect, session
from supplier_sla.warehouse.fingerprint import build_fingerprint
from supplier_sla.warehouse.slot_relations import SlotBusy
from supplier_sla.warehouse.slots import BUILDER_APPLICATION_NAME, NightInThePast, choose_slot
from tests.conftest import REPOSITORY, Warehouse
from tests.support.slot_tables import AS_OF, build_slot, choose, deliver, night, reserve, switch


def test_nights_alternate_between_the_slots(warehouse: Warehouse) -> None:
    slots = [night(warehouse).slot for _ in range(4)]
    assert slots == ["marts_blue", "marts_green", "marts_blue", "marts_green"]


def test_a_failed_night_is_built_again_into_the_same_slot(warehouse: Warehouse) -> None:
    night(warehouse)
    assert reserve(warehouse)[0] == reserve(warehouse)[0] == "marts_green"


def test_the_first_night_builds_even_without_deliveries(warehouse: Warehouse) -> None:
    assert choose(warehouse).slot == "marts_blue"


def test_nothing_new_builds_nothing_and_leaves_the_slots_alone(warehouse: Warehouse) -> None:
    deliver(warehouse, "a")
    night(warehouse)
    before = warehouse.query("select * from ops.slot order by slot")
    choice = choose(warehouse)
    assert (choice.slot, choice.reason) == (None, "nothing new since publication 1")
    assert warehouse.query("select * from ops.slot order by slot") == before


def test_force_builds_although_nothing_is_new(warehouse: Warehouse) -> None:
    night(warehouse)
    assert choose(warehouse, force=True).slot == "marts_green"


@pytest.mark.parametrize("state", ["loaded", "partly_loaded"])
def test_a_new_delivery_is_built(warehouse: Warehouse, state: str) -> None:
    night(warehouse)
    delivery = deliver(warehouse, "a", state)
    assert choose(warehouse).slot == "marts_green"
    slot = warehouse.query("select delivery_watermark, delivery_count from ops.slot where slot = 'marts_green'")
    assert slot == [(delivery, 1)]


def test_a_delivery_finished_after_a_higher_one_was_published_is_built(warehouse: Warehouse) -> None:
    unfinished = deliver(warehouse, "left unfinished by a crash", "received", is_checked=False)
    assert deliver(warehouse, "a") > unfinished
    night(warehouse)
    warehouse.query("update ops.delivery set state = 'loaded', is_checked = true where delivery_id = %s", (unfinished,))
    assert choose(warehouse).slot == "marts_green"


def test_new_models_are_built(warehouse: Warehouse) -> None:
    night(warehouse)
    assert choose(warehouse, fingerprint="other models").slot == "marts_green"


def test_a_later_instant_is_built(warehouse: Warehouse) -> None:
    night(warehouse)
    assert choose(warehouse, as_of=AS_OF + timedelta(seconds=1)).slot == "marts_green"


def test_an_earlier_instant_is_refused_even_with_force(warehouse: Warehouse) -> None:
    night(warehouse)
    deliver(warehouse, "a")
    with pytest.raises(NightInThePast, match="2026-02-10T22:54"):
        choose(warehouse, as_of=AS_OF - timedelta(seconds=1), force=True)
    assert warehouse.query("select state from ops.slot where slot = 'marts_green'") == [("empty",)]


def test_deliveries_that_models_may_not_use_are_no_reason_to_build(warehouse: Warehouse) -> None:
    night(warehouse)
    deliver(warehouse, "a", is_checked=False)
    for state in ("received", "refused", "repeated"):
        deliver(warehouse, state, state)
    assert choose(warehouse).slot is None


def test_a_slot_in_which_another_runs_dbt_is_working_is_not_given_away(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    with closing(connect(warehouse.transformer_url, application_name=BUILDER_APPLICATION_NAME)):
        with pytest.raises(SlotBusy, match=run_id):
            choose(warehouse, run_id="another run")
        assert choose(warehouse, run_id=run_id).slot == slot
    assert choose(warehouse, run_id="another run").slot == slot


def test_the_name_by_which_a_build_is_known_is_that_of_the_dbt_profile() -> None:
    profile = (REPOSITORY / "dbt_project" / "profiles.yml").read_text(encoding="utf-8")
    assert f"env_var('SUPPLIER_SLA_DBT_APPLICATION', '{BUILDER_APPLICATION_NAME}')" in profile


def test_choosing_waits_for_a_publication_that_is_going_on(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot)
    with session(warehouse.transformer_url) as publishing, session(warehouse.transformer_url) as choosing:
        with publishing.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(4152313)")
        with choosing, choosing.cursor() as cursor:
            cursor.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            choose_slot(choosing, as_of=AS_OF, run_id="another", fingerprint="models", force=True)
    assert switch(warehouse, slot, run_id).publication_id == 1


def test_the_fingerprint_follows_content_names_and_server_and_nothing_else(tmp_path: Path) -> None:
    model = tmp_path / "dbt_project" / "models" / "a.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1")
    first = build_fingerprint("PostgreSQL 18.0", tmp_path)
    (tmp_path / "dbt_project" / "target").mkdir()
    (tmp_path / "dbt_project" / "target" / "a.sql").write_text("compiled")
    (tmp_path / "dbt_project" / "notes.txt").write_text("not a model")
    assert build_fingerprint("PostgreSQL 18.0", tmp_path) == first
    other_server = build_fingerprint("PostgreSQL 18.1", tmp_path)
    model.write_text("select 2")
    changed = build_fingerprint("PostgreSQL 18.0", tmp_path)
    model.rename(model.with_name("b.sql"))
    assert len({first, other_server, changed, build_fingerprint("PostgreSQL 18.0", tmp_path)}) == 4
