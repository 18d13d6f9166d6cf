"""The switch: all at once or not at all, and nobody who reads is harmed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import cursor as Cursor

from supplier_sla.bootstrap import READER_DEFAULTS
from supplier_sla.warehouse import publish as publish_module
from supplier_sla.warehouse.publish import (
    LOCK_ATTEMPTS,
    LOCK_PAUSE_SECONDS,
    LONGEST_QUEUE_SECONDS,
    PublicationRefused,
    PublicationResult,
)
from tests.conftest import REPOSITORY, Warehouse
from tests.support.databases import another_warehouse
from tests.support.slot_tables import TABLES, build_slot, night, penalty, reserve, switch


@contextmanager
def reader(warehouse: Warehouse) -> Iterator[Cursor]:
    """A session of bi_reader, one transaction for each statement."""
    with closing(psycopg2.connect(warehouse.bi_reader_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def seen_by_reader(warehouse: Warehouse) -> list[Decimal]:
    with reader(warehouse) as cursor:
        cursor.execute("select owed_amount from marts.fct_penalty order by owed_amount")
        return [row[0] for row in cursor.fetchall()]


def as_transformer(warehouse: Warehouse, statement: str) -> None:
    """Run what dbt would have run."""
    warehouse.query(f"set role transformer; {statement}")


def state(warehouse: Warehouse) -> dict[str, list[tuple]]:
    """Everything that a publication changes."""
    return {
        "views": warehouse.query("select viewname, definition from pg_views where schemaname = 'marts' order by 1"),
        "publications": warehouse.query("select * from ops.publication order by 1"),
        "ledger": warehouse.query("select * from finance.ledger_line order by 1"),
        "evidence": warehouse.query("select * from finance.ledger_evidence order by 1, 2"),
    }


def test_readers_see_the_new_slot_at_once_and_everything_is_on_record(warehouse: Warehouse) -> None:
    first = night(warehouse, penalty(owed_amount="1.00"))
    assert first == PublicationResult(publication_id=1, slot="marts_blue", views=len(TABLES), ledger_lines_posted=1)
    assert seen_by_reader(warehouse) == [Decimal("1.00")]
    second = night(warehouse, penalty(owed_amount="2.00"))
    assert (second.publication_id, second.slot) == (2, "marts_green")
    assert seen_by_reader(warehouse) == [Decimal("2.00")]
    publications = warehouse.query(
        "select publication_id, slot, build_fingerprint, ledger_lines_posted from ops.publication order by 1"
    )
    assert publications == [(1, "marts_blue", "models", 1), (2, "marts_green", "models", 1)]
    assert warehouse.query("select state from ops.slot where slot <> 'marts_rebuild'") == [
        ("published",),
        ("published",),
    ]


def test_rights_comments_and_analysts_views_survive_two_switches(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="1.00"))
    warehouse.query(
        "create role analyst_of_this_test; grant select on marts.fct_penalty to analyst_of_this_test;"
        " create view public.analysis as select sum(owed_amount) as total from marts.fct_penalty"
    )
    try:
        for owed in ("2.00", "3.00"):
            night(warehouse, penalty(owed_amount=owed))
            assert warehouse.query("select total from public.analysis") == [(Decimal(owed),)]
            assert seen_by_reader(warehouse) == [Decimal(owed)]
        allowed = warehouse.query("select has_table_privilege('analyst_of_this_test', 'marts.fct_penalty', 'select')")
        assert allowed == [(True,)]
        comment = warehouse.query("select obj_description('marts.fct_penalty'::regclass, 'pg_class')")
        assert comment == [("What fct_penalty is.",)]
    finally:
        warehouse.query("drop owned by analyst_of_this_test; drop role analyst_of_this_test")


def test_comments_follow_the_models_also_when_they_change_or_go(warehouse: Warehouse) -> None:
    comments = (
        "select obj_description(oid, 'pg_class'), col_description(oid, 5) from pg_class where oid = '{}'::regclass"
    )
    for table_comment, column_comment in (("'one'", "'a''b'"), ("'two'", "null"), ("null", "'c'")):
        slot, run_id = reserve(warehouse)
        build_slot(warehouse, slot)
        warehouse.query(
            f"comment on table {slot}.fct_penalty is {table_comment};"
            f" comment on column {slot}.fct_penalty.contract_id is {column_comment}"
        )
        switch(warehouse, slot, run_id)
        built = warehouse.query(comments.format(f"{slot}.fct_penalty"))
        assert warehouse.query(comments.format("marts.fct_penalty")) == built


def test_a_view_in_the_slot_is_published_like_a_table_and_survives_the_switches(warehouse: Warehouse) -> None:
    for minutes in (1, 2, 3):
        slot, run_id = reserve(warehouse)
        colour = slot.removeprefix("marts_")
        build_slot(warehouse, slot)
        as_transformer(
            warehouse,
            f"drop table if exists intermediate_{colour}.stretches cascade;"
            f" create table intermediate_{colour}.stretches as select {minutes} as minutes;"
            f" create view {slot}.rpt_stretch as select minutes from intermediate_{colour}.stretches;"
            f" comment on view {slot}.rpt_stretch is 'Why {minutes}.';"
            f" comment on column {slot}.rpt_stretch.minutes is 'How long, {minutes}.';"
            f" create view {slot}.rpt_stretch__dbt_tmp as select 1 as a",
        )
        assert switch(warehouse, slot, run_id).views == len(TABLES) + 1
        with reader(warehouse) as cursor:
            cursor.execute(
                "select minutes, obj_description('marts.rpt_stretch'::regclass, 'pg_class'),"
                " col_description('marts.rpt_stretch'::regclass, 1) from marts.rpt_stretch"
            )
            assert cursor.fetchall() == [(minutes, f"Why {minutes}.", f"How long, {minutes}.")]
        # As the next build of the slot does, which replaces the view.
        as_transformer(warehouse, f"drop view {slot}.rpt_stretch__dbt_tmp")
        if minutes == 1:
            warehouse.query("create view public.analysis as select sum(minutes) as total from marts.rpt_stretch")
        assert warehouse.query("select total from public.analysis") == [(minutes,)]
    with reader(warehouse) as cursor, pytest.raises(errors.InsufficientPrivilege):
        cursor.execute("select * from intermediate_blue.stretches")


def test_names_that_need_quotes_are_published_like_others(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot)
    as_transformer(
        warehouse,
        f'create table {slot}."rpt_Größe; drop" as select 1 as "Select", 2 as "a""b";'
        f""" comment on column {slot}."rpt_Größe; drop"."a""b" is 'it''s'""",
    )
    switch(warehouse, slot, run_id)
    assert warehouse.query('select "Select", "a""b" from marts."rpt_Größe; drop"') == [(1, 2)]
    comment = warehouse.query("""select col_description('marts."rpt_Größe; drop"'::regclass, 2)""")
    assert comment == [("it's",)]


def test_only_readers_tables_are_shown(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot)
    for table in ("helper", "fct_penalty__dbt_backup", "fct_ticket__dbt_tmp"):
        as_transformer(warehouse, f"create table {slot}.{table} (a int)")
    switch(warehouse, slot, run_id)
    assert sorted(name for name, _ in state(warehouse)["views"]) == sorted(TABLES)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from raw.tickets",
        "select * from ops.delivery",
        "select * from ops.publication",
        "select * from finance.ledger_line",
        "select * from marts_blue.fct_penalty",
        "select * from staging_blue.secret",
        "select * from intermediate_blue.secret",
        "insert into marts.fct_penalty (contract_id) values ('C-9')",
        "delete from marts.fct_penalty",
        "create table marts.mine (a int)",
        "create view marts.mine as select 1",
        "create table public.mine (a int)",
        "create schema mine",
        "set role transformer",
        "comment on view marts.fct_penalty is 'mine'",
        "begin; lock table marts.fct_penalty in access exclusive mode",
    ],
)
def test_a_reader_may_do_nothing_but_read_marts(published: Warehouse, statement: str) -> None:
    with reader(published) as cursor:
        cursor.execute("set default_transaction_read_only = off")  # a default keeps nobody out
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(statement)


@pytest.fixture(scope="module")
def published(template_database: str) -> Iterator[Warehouse]:
    """One published night for tests that change nothing."""
    with another_warehouse(template_database, "published_for_readers") as warehouse:
        as_transformer(
            warehouse, "create table staging_blue.secret (a int); create table intermediate_blue.secret (a int)"
        )
        night(warehouse, penalty())
        yield warehouse


def test_a_readers_session_begins_read_only_in_utc_with_limits(published: Warehouse) -> None:
    with reader(published) as cursor:
        begun = {}
        for setting in READER_DEFAULTS:
            cursor.execute(f"show {setting}")
            ((begun[setting],),) = cursor.fetchall()
        assert begun == READER_DEFAULTS
        with pytest.raises(errors.ReadOnlySqlTransaction):
            cursor.execute("create temporary table mine (a int)")
        cursor.execute("select count(*) from fct_penalty")  # found without naming the schema
        assert cursor.fetchone() == (1,)


def test_new_columns_appear_at_the_end(warehouse: Warehouse) -> None:
    night(warehouse, penalty())
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty()])
    warehouse.query(f"alter table {slot}.fct_penalty add column new_column text default 'new'")
    switch(warehouse, slot, run_id)
    with reader(warehouse) as cursor:
        cursor.execute("select * from marts.fct_penalty")
        assert cursor.description is not None
        assert cursor.description[-1].name == "new_column"


@pytest.mark.parametrize(
    "change",
    [
        "drop column clause",
        "rename column clause to paragraph",
        "alter column breached_count type numeric",
        "alter column gross_amount type numeric(20, 2)",
    ],
)
def test_a_column_that_goes_or_changes_is_refused_and_everything_stays(warehouse: Warehouse, change: str) -> None:
    night(warehouse, penalty())
    before = state(warehouse)
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty(owed_amount="5.00")])
    # fct_sla_breach comes after fct_penalty: the ledger has been posted and other views replaced by then.
    warehouse.query(f"alter table {slot}.{'fct_sla_breach' if 'clause' in change else 'fct_penalty'} {change}")
    with pytest.raises(PublicationRefused, match=r"view marts\.fct_(penalty|sla_breach)"):
        switch(warehouse, slot, run_id)
    assert state(warehouse) == before


def test_a_table_gone_from_the_slot_loses_its_view(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot)
    as_transformer(warehouse, f"create table {slot}.rpt_old (a int)")
    switch(warehouse, slot, run_id)
    assert "rpt_old" in dict(state(warehouse)["views"])
    night(warehouse)
    assert sorted(dict(state(warehouse)["views"])) == sorted(TABLES)


def test_a_view_that_an_analyst_builds_on_is_not_dropped_under_him(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot)
    as_transformer(warehouse, f"create table {slot}.rpt_old (a int)")
    switch(warehouse, slot, run_id)
    warehouse.query("create view public.analysis as select * from marts.rpt_old")
    before = state(warehouse)
    with pytest.raises(PublicationRefused, match=r"view marts\.rpt_old.*analysis"):
        night(warehouse, penalty())
    assert state(warehouse) == before


def test_a_view_of_somebody_else_in_marts_is_left_alone(warehouse: Warehouse) -> None:
    warehouse.query("create view marts.rpt_mine as select 1 as one")
    night(warehouse)
    assert warehouse.query("select one from marts.rpt_mine") == [(1,)]


def test_a_view_of_somebody_else_with_a_models_name_is_an_error_that_says_so(warehouse: Warehouse) -> None:
    warehouse.query("create view marts.fct_penalty as select 1 as one")
    with pytest.raises(PublicationRefused, match=r"view marts\.fct_penalty.*must be owner"):
        night(warehouse)


def test_a_slot_that_was_not_built_is_refused(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    with pytest.raises(
        PublicationRefused, match="dim_contract, dim_supplier, fct_penalty, fct_penalty_ticket, fct_sla_breach"
    ):
        switch(warehouse, slot, run_id)
    assert state(warehouse) == {"views": [], "publications": [], "ledger": [], "evidence": []}


def test_a_slot_that_another_run_has_taken_is_refused(warehouse: Warehouse) -> None:
    slot, first_run = reserve(warehouse)
    _, second_run = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty()])
    refusal = f"reserved by run {first_run}; found state building of run {second_run}"
    with pytest.raises(PublicationRefused, match=refusal):
        switch(warehouse, slot, first_run)
    assert switch(warehouse, slot, second_run).publication_id == 1


def test_a_repeated_task_gets_the_result_of_the_first_and_does_nothing(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty()])
    first = switch(warehouse, slot, run_id)
    before = state(warehouse)
    assert switch(warehouse, slot, run_id) == first
    assert state(warehouse) == before


def test_a_task_repeated_after_a_later_night_does_not_bring_the_old_one_back(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty(owed_amount="1.00")])
    switch(warehouse, slot, run_id)
    night(warehouse, penalty(owed_amount="2.00"))
    with pytest.raises(PublicationRefused, match=f"state published of run {run_id}"):
        switch(warehouse, slot, run_id)
    assert seen_by_reader(warehouse) == [Decimal("2.00")]


def test_a_slot_that_nobody_reserved_is_refused(warehouse: Warehouse) -> None:
    night(warehouse, penalty())
    build_slot(warehouse, "marts_green", penalties=[penalty(owed_amount="3.00")])
    with pytest.raises(PublicationRefused, match="state empty"):
        switch(warehouse, "marts_green", "run")
    with pytest.raises(PublicationRefused, match="state published"):
        switch(warehouse, "marts_blue", "another run")


def test_a_reader_at_work_delays_the_switch_and_other_readers_do_not_queue(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="1.00"))
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty(owed_amount="2.00")])
    pauses: list[list[Decimal]] = []
    with closing(psycopg2.connect(warehouse.bi_reader_url)) as long_reader:
        with long_reader.cursor() as cursor:
            cursor.execute("select * from marts.fct_penalty")  # its transaction stays open

        def pause(_: float) -> None:
            pauses.append(seen_by_reader(warehouse))  # would wait for ever behind a switch that waits for us
            if len(pauses) == 2:
                long_reader.rollback()

        assert switch(warehouse, slot, run_id, pause).publication_id == 2
    assert pauses == [[Decimal("1.00")]] * 2
    assert seen_by_reader(warehouse) == [Decimal("2.00")]
    assert warehouse.query("select count(*) from finance.ledger_line") == [(2,)]


def test_a_reader_who_comes_while_the_switch_waits_is_held_up_for_an_instant_only(warehouse: Warehouse) -> None:
    night(warehouse, penalty())
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot)
    is_released, waits = threading.Event(), []

    def read_again_and_again() -> None:
        with reader(warehouse) as cursor:
            while not is_released.is_set():
                begun = time.monotonic()
                cursor.execute("select count(*) from marts.dim_contract, marts.fct_penalty")
                waits.append(time.monotonic() - begun)

    other_reader = threading.Thread(target=read_again_and_again)
    with closing(psycopg2.connect(warehouse.bi_reader_url)) as long_reader, long_reader.cursor() as cursor:
        cursor.execute("select * from marts.fct_penalty")
        other_reader.start()

        def pause(_: float) -> None:
            long_reader.rollback()
            time.sleep(0.1)

        switch(warehouse, slot, run_id, pause)
        is_released.set()
        other_reader.join()
    # A busy machine needs its time: what matters is that nobody waits for the long reader.
    assert max(waits) < LONGEST_QUEUE_SECONDS + 2


def test_a_reader_who_never_lets_go_is_named_as_the_reason(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_module, "LOCK_ATTEMPTS", 2)
    monkeypatch.setattr(publish_module, "LONGEST_QUEUE_SECONDS", 0.01)
    night(warehouse, penalty())
    before = state(warehouse)
    with closing(psycopg2.connect(warehouse.bi_reader_url)) as long_reader, long_reader.cursor() as cursor:
        cursor.execute("select * from marts.fct_penalty")
        slot, run_id = reserve(warehouse)
        build_slot(warehouse, slot, penalties=[penalty(owed_amount="9.00")])
        with pytest.raises(PublicationRefused, match="pg_stat_activity"):
            switch(warehouse, slot, run_id, lambda _: None)
    assert state(warehouse) == before


def test_the_switch_is_more_patient_than_a_reader_may_be_slow() -> None:
    minutes = [int(READER_DEFAULTS[name].removesuffix("min")) for name in (
        "statement_timeout", "idle_in_transaction_session_timeout")]  # fmt: skip
    assert sum(minutes) * 60 < LOCK_ATTEMPTS * LOCK_PAUSE_SECONDS


def test_a_crash_in_the_middle_leaves_last_night(warehouse: Warehouse) -> None:
    night(warehouse, penalty())
    before = state(warehouse)
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty(penalty_term_id="T-0"), penalty(owed_amount="2", currency_code="x")])
    with pytest.raises(errors.CheckViolation):  # the second line breaks, after the first one was inserted
        switch(warehouse, slot, run_id)
    assert state(warehouse) == before


KILLED_PUBLISHER = """
import sys, time
from supplier_sla.database import connect
from supplier_sla.warehouse import publish as module

def never_returns(*arguments):
    print("replaced", flush=True)
    time.sleep(600)

module._copy_comments = never_returns
module.publish(connect(sys.argv[1]), slot=sys.argv[2], run_id=sys.argv[3])
"""


def test_a_killed_publisher_leaves_last_night_and_the_next_one_gets_through(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="1.00"))
    before = state(warehouse)
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty(owed_amount="2.00")])
    arguments = [sys.executable, "-c", KILLED_PUBLISHER, warehouse.transformer_url, slot, run_id]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, env={"PYTHONPATH": str(REPOSITORY / "plugins")}
    ) as publisher:
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == b"replaced\n"  # views replaced and ledger posted, nothing committed
        publisher.send_signal(signal.SIGKILL)
    assert state(warehouse) == before
    assert switch(warehouse, slot, run_id).publication_id == 2
    assert seen_by_reader(warehouse) == [Decimal("2.00")]


def test_of_two_publishers_at_once_one_publishes_and_the_other_changes_nothing(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=[penalty()])
    results: list[PublicationResult | PublicationRefused] = []
    start = threading.Barrier(2)

    def publish_as(run: str) -> None:
        start.wait()
        try:
            results.append(switch(warehouse, slot, run))
        except PublicationRefused as error:
            results.append(error)

    threads = [threading.Thread(target=publish_as, args=(run,)) for run in (run_id, run_id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [PublicationResult(1, slot, len(TABLES), 1)] * 2
    assert warehouse.query("select line_number from finance.ledger_line") == [(1,)]
    assert warehouse.query("select publication_id from ops.publication") == [(1,)]
