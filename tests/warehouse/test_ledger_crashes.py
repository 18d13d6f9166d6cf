"""The publishing process killed at every step, run twice, run at once: never a double or a missing line."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from decimal import Decimal
from itertools import count

import pytest

from supplier_sla.database import session
from supplier_sla.ledger.chain import broken_links
from supplier_sla.warehouse.publish import PublicationRefused, PublicationResult, publish
from supplier_sla.warehouse.slots import NightInThePast
from tests.conftest import Warehouse
from tests.support.crashing import run_until
from tests.support.slot_tables import AS_OF, breach, build_slot, night, penalty, reserve, switch

# A line of each kind is posted in the night that is disturbed.
BEFORE = [penalty(), penalty(penalty_term_id="T-2"), penalty(penalty_term_id="T-3")]
DISTURBED = [
    penalty(owed_amount="130.00"),
    penalty(penalty_term_id="T-2", owed_amount="20.00", earn_back_amount="50.00", dispute_reduction_amount="30.00"),
    penalty(penalty_term_id="T-4", owed_amount="0.00", waiver_amount="7.00"),
]
POSTED = [
    ("T-1", "adjustment", "30.00"),
    ("T-2", "earn_back", "-50.00"),
    ("T-2", "dispute", "-30.00"),
    ("T-3", "adjustment", "-100.00"),
    ("T-4", "initial", "7.00"),
    ("T-4", "waiver", "-7.00"),
]


def content_of(warehouse: Warehouse) -> dict[str, list[tuple]]:
    """Everything that a publication leaves but the time on the wall."""
    return {
        "lines": warehouse.query("select * from finance.ledger_line order by line_number"),
        "evidence": warehouse.query("select * from finance.ledger_evidence order by 1, 2"),
        "checks": warehouse.query("select * from finance.ledger_check order by 1"),
        "publications": warehouse.query("select to_jsonb(p) - 'published_at' from ops.publication as p order by 1"),
        "slots": warehouse.query("select * from ops.slot order by 1"),
        "views": warehouse.query("select viewname, definition from pg_views where schemaname = 'marts' order by 1"),
    }


def publishing(warehouse: Warehouse, slot: str, run_id: str) -> Callable[[], PublicationResult]:
    def work() -> PublicationResult:
        with session(warehouse.transformer_url) as connection:
            return publish(connection, slot=slot, run_id=run_id)

    return work


def test_a_publication_killed_at_any_step_leaves_the_night_before_and_the_next_try_posts_each_line_once(
    module_warehouse: Warehouse,
) -> None:
    warehouse = module_warehouse
    night(warehouse, *BEFORE, breaches=[breach("1"), breach("2")])
    slot, run_id = reserve(warehouse)
    build_slot(warehouse, slot, penalties=DISTURBED, breaches=[breach("1"), breach("2")])
    before = content_of(warehouse)
    work = publishing(warehouse, slot, run_id)
    for step in count():
        ended = run_until(work, step=step)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        assert content_of(warehouse) == before, f"killed before step {step}"
    assert step > 20
    print(f"{step} kill points")
    after = content_of(warehouse)
    posted = warehouse.query(
        "select penalty_term_id, line_kind, amount::text from finance.ledger_line where publication_id = 2"
        " order by line_number"
    )
    assert posted == POSTED

    # Killed after the commit, before anybody was told: the task is repeated and finds its work done.
    def work_and_die() -> None:
        work()
        os.kill(os.getpid(), signal.SIGKILL)

    assert run_until(work_and_die) == -signal.SIGKILL
    assert work() == PublicationResult(2, slot, len(after["views"]), len(POSTED))
    assert content_of(warehouse) == after
    with session(warehouse.transformer_url) as connection:
        assert broken_links(connection) == []


def test_a_night_that_is_run_again_posts_nothing_and_one_of_the_past_is_refused(warehouse: Warehouse) -> None:
    night(warehouse, *BEFORE)
    night(warehouse, *DISTURBED)
    lines = content_of(warehouse)["lines"]
    assert night(warehouse, *DISTURBED).ledger_lines_posted == 0
    with pytest.raises(NightInThePast):
        night(warehouse, *BEFORE, as_of=AS_OF.replace(day=9))
    assert content_of(warehouse)["lines"] == lines


def test_of_two_runs_that_publish_the_same_night_at_once_one_posts(warehouse: Warehouse) -> None:
    slot, first = reserve(warehouse)
    build_slot(warehouse, slot, penalties=BEFORE)
    again, second = reserve(warehouse)
    assert again == slot
    build_slot(warehouse, slot, penalties=BEFORE)
    results: list[PublicationResult | PublicationRefused] = []
    start = threading.Barrier(2)

    def publish_as(run_id: str) -> None:
        start.wait()
        try:
            results.append(switch(warehouse, slot, run_id))
        except PublicationRefused as error:
            results.append(error)

    threads = [threading.Thread(target=publish_as, args=(run_id,)) for run_id in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(result).__name__ for result in results) == ["PublicationRefused", "PublicationResult"]
    assert warehouse.query("select sum(amount), count(*) from finance.ledger_line") == [(Decimal("300.00"), 3)]
