"""The loading process, and the database server, killed at every step: the night after ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from supplier_sla.bootstrap import prepare_warehouse
from supplier_sla.embedded_postgres import EmbeddedPostgres
from tests.conftest import Warehouse
from tests.support.crashing import land_until

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

# Good rows, a bad one, a repeated one, a later version, a refused file and a copy.
FILES = {
    "suppliers.csv": "supplier_id,supplier_name\nS1,One\nS2,\nS3,Three\nS1,One\n",
    "suppliers_2026-01-06.csv": "supplier_id,supplier_name,site\nS1,Uno,Berlin\nS4,Four,\n,Nobody,\n",
    "suppliers_copy.csv": "supplier_id,supplier_name\nS1,One\nS2,\nS3,Three\nS1,One\n",
    "notes.csv": "of nobody\n",
}

Content = dict[str, list[tuple]]


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def content_of(warehouse: Warehouse) -> Content:
    """Everything that a landing writes, lineage and numbers included; not when the clock on the wall said so."""
    return {
        "raw": warehouse.query("select * from raw.suppliers order by _delivery_id, _line"),
        "book": warehouse.query(
            "select to_jsonb(delivery) - 'received_at' - 'run_id' from ops.delivery order by delivery_id"
        ),
        "quarantine": warehouse.query("select to_jsonb(quarantined_row) from ops.quarantined_row order by 1"),
    }


def empty(warehouse: Warehouse) -> None:
    warehouse.query("truncate raw.suppliers, ops.quarantined_row, ops.delivery cascade")


def test_a_process_killed_at_any_step_leaves_nothing_that_the_next_run_does_not_mend(
    module_warehouse: Warehouse, landing: Path
) -> None:
    undisturbed = _undisturbed(module_warehouse, landing)
    assert [len(rows) for rows in undisturbed.values()] == [4, 4, 2]
    for step in count():
        empty(module_warehouse)
        ended = land_until(module_warehouse.loader_url, landing, AS_OF, step=step)
        assert _received_or_settled(module_warehouse)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        assert land_until(module_warehouse.loader_url, landing, AS_OF) == 0
        assert content_of(module_warehouse) == undisturbed, f"killed before step {step}"
    assert step > 20


def test_a_process_killed_at_every_step_in_turn_ends_like_one_that_was_not(
    module_warehouse: Warehouse, landing: Path
) -> None:
    """Without a clean run in between: every attempt gets a few steps further than the one before."""
    undisturbed = _undisturbed(module_warehouse, landing)
    empty(module_warehouse)
    kills = 0
    for step in count(start=5, step=3):
        if land_until(module_warehouse.loader_url, landing, AS_OF, step=step) == 0:
            break
        kills += 1
    assert kills > 3
    assert content_of(module_warehouse) == undisturbed


@pytest.fixture(scope="module")
def fragile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server that waits for its disk, for one that is killed must have kept what it promised."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("fragile"))
    server.start()
    yield server
    server.stop()


def test_a_server_killed_at_any_step_loses_nothing_that_was_settled(
    fragile_server: EmbeddedPostgres, landing: Path
) -> None:
    warehouse = _prepared(fragile_server)
    undisturbed = _undisturbed(warehouse, landing)
    for step in (8, 14, 20, 26):
        empty(warehouse)
        postmaster = int((fragile_server.data / "postmaster.pid").read_text().split("\n", 1)[0])

        def kill_the_server(process: int = postmaster) -> None:
            os.kill(process, signal.SIGKILL)

        assert land_until(warehouse.loader_url, landing, AS_OF, step=step, crash=kill_the_server) in (0, 1)
        warehouse = _prepared(fragile_server)
        assert _received_or_settled(warehouse)
        assert land_until(warehouse.loader_url, landing, AS_OF) == 0
        assert content_of(warehouse) == undisturbed, f"server killed before step {step}"


def _prepared(server: EmbeddedPostgres) -> Warehouse:
    """The warehouse on a server that is started if it does not run."""
    admin_url = server.start()
    roles = prepare_warehouse(admin_url)
    return Warehouse(admin_url, roles.loader, roles.transformer, roles.bi_reader)


def _undisturbed(warehouse: Warehouse, landing: Path) -> Content:
    empty(warehouse)
    assert land_until(warehouse.loader_url, landing, AS_OF) == 0
    return content_of(warehouse)


def _received_or_settled(warehouse: Warehouse) -> bool:
    """No row stands in raw or quarantine of a delivery that is not settled."""
    unsettled = warehouse.query(
        """
        select
        from (select _delivery_id from raw.suppliers union all select delivery_id from ops.quarantined_row) as written
        inner join ops.delivery on delivery.delivery_id = written._delivery_id
        where delivery.state = 'received'
        """
    )
    return not unsettled
