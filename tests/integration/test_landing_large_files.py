"""Large files go another way through the database; nothing but their speed may tell."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors

from supplier_sla.landing import LandingFailed, land_exports, load, parts, repeats
from supplier_sla.retention.policy import RetentionPolicy
from supplier_sla.retention.retain import retain
from tests.conftest import Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
HEADER = "supplier_id,supplier_name,valid_from,updated_at"

Content = dict[str, list[tuple]]


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def fresh(module_warehouse: Warehouse) -> Iterator[Warehouse]:
    """The module's database without deliveries."""
    empty(module_warehouse)
    yield module_warehouse
    empty(module_warehouse)


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "FEWEST_ROWS_OF_A_LARGE_FILE", 0)
    monkeypatch.setattr(parts, "FEWEST_ROWS_OF_A_PART", 1)


def empty(warehouse: Warehouse) -> None:
    warehouse.query("truncate raw.suppliers, ops.quarantined_row, ops.delivery cascade")
    for (part,) in parts_of(warehouse):
        warehouse.query(f"drop table {part}")


def parts_of(warehouse: Warehouse) -> list[tuple]:
    return warehouse.query(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'raw.suppliers'::regclass"
    )


def land(warehouse: Warehouse, landing: Path) -> None:
    land_exports(warehouse.loader_url, landing, as_of=AS_OF, run_id="night")


def content_of(warehouse: Warehouse) -> Content:
    return {
        "raw": warehouse.query("select suppliers.* from raw.suppliers order by _delivery_id, _line"),
        "book": warehouse.query("select to_jsonb(delivery) - 'received_at' from ops.delivery order by delivery_id"),
        "quarantine": warehouse.query("select to_jsonb(quarantined_row) from ops.quarantined_row order by 1"),
    }


def write_random_files(landing: Path, draw: random.Random) -> None:
    """Few keys, contents and versions, so that rows repeat, change and return in every way; some rows are bad."""
    for number in range(8):
        dated = draw.choice(["", "_2026-01-05", "_2026-01-06"])
        rows = [
            f"S{draw.randrange(4)},{draw.choice(['One', 'Two', ''])},{draw.choice(['', '2024-01-01'])},"
            f"{draw.choice(['', '', '2026-01-05T00:00:00Z', 'never'])}"
            for _ in range(draw.randrange(30))
        ]
        (landing / f"suppliers_{number}{dated}.csv").write_text("\n".join([HEADER, *rows, ""]))


@pytest.mark.parametrize("may_scan_raw", [True, False], ids=["raw at once", "row by row"])
def test_large_files_end_as_small_ones_do(
    fresh: Warehouse, landing: Path, monkeypatch: pytest.MonkeyPatch, may_scan_raw: bool
) -> None:
    write_random_files(landing, random.Random(311))
    land(fresh, landing)
    as_small = content_of(fresh)
    empty(fresh)
    monkeypatch.setattr(repeats, "FEWEST_ROWS_OF_A_LARGE_FILE", 0)
    monkeypatch.setattr(repeats, "LARGEST_RAW_TO_SCAN", 1_000_000 if may_scan_raw else -1)
    monkeypatch.setattr(parts, "FEWEST_ROWS_OF_A_PART", 1)
    monkeypatch.setattr(parts, "MOST_REPEATS_OF_A_PART", 0.8)
    land(fresh, landing)
    assert content_of(fresh) == as_small
    assert all(len(rows) > 5 for rows in as_small.values())
    assert parts_of(fresh)


@pytest.mark.usefixtures("everything_is_large")
def test_rows_of_a_delivery_that_was_refused_after_loading_are_no_repeats_of_a_large_file(
    fresh: Warehouse, landing: Path
) -> None:
    (landing / "suppliers_a.csv").write_text(f"{HEADER}\nS1,One,,\n")
    land(fresh, landing)
    fresh.query("update ops.delivery set state = 'refused', rows_loaded = 0, rows_quarantined = 1")
    (landing / "suppliers_b.csv").write_text(f"{HEADER}\nS1,One,,\nS2,Two,,\n")
    land(fresh, landing)
    assert fresh.query("select rows_loaded from ops.delivery where delivery_id = 2") == [(2,)]


@pytest.mark.usefixtures("everything_is_large")
def test_a_part_has_the_indexes_of_raw_and_is_found_through_raw_only(fresh: Warehouse, landing: Path) -> None:
    (landing / "suppliers.csv").write_text(f"{HEADER}\nS1,One,,\nS2,Two,,\n")
    land(fresh, landing)
    assert parts_of(fresh) == [("raw_part.suppliers_1",)]
    indexes = "select regexp_replace(indexdef, '^.* USING ', '') from pg_indexes where tablename = %s order by 1"
    assert fresh.query(indexes, ("suppliers_1",)) == fresh.query(indexes, ("suppliers",))
    owners = "select count(distinct relowner) from pg_class where oid in (%s::regclass, %s::regclass)"
    assert fresh.query(owners, ("raw.suppliers", "raw_part.suppliers_1")) == [(1,)]
    with closing(psycopg2.connect(fresh.transformer_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select supplier_name, _line from raw.suppliers order by _line")
        assert cursor.fetchall() == [("One", 2), ("Two", 3)]


@pytest.mark.usefixtures("everything_is_large")
@pytest.mark.parametrize(
    "statement",
    [
        "delete from raw_part.suppliers_1",
        "update raw_part.suppliers_1 set supplier_name = 'x'",
        "alter table raw_part.suppliers_1 add column mine text",
        "drop table raw_part.suppliers_1",
        "create table raw_part.mine (a int)",
        "delete from raw.suppliers",
    ],
)
def test_the_loader_can_do_nothing_more_to_a_part(fresh: Warehouse, landing: Path, statement: str) -> None:
    (landing / "suppliers.csv").write_text(f"{HEADER}\nS1,One,,\n")
    land(fresh, landing)
    with (
        closing(psycopg2.connect(fresh.loader_url)) as connection,
        connection.cursor() as cursor,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        cursor.execute(statement)


@pytest.mark.usefixtures("everything_is_large")
def test_retention_empties_the_rows_of_parts_that_rest_and_no_others(fresh: Warehouse, landing: Path) -> None:
    """A row's place in its table is not its place in raw: each part has a first row."""
    header = "contact_id,contacted_at,contact_text\n"
    (landing / "contacts_a.csv").write_text(f"{header}old,2020-01-05T00:00:00Z,Ann\nrecent,2026-02-01T00:00:00Z,Bob\n")
    (landing / "contacts_b.csv").write_text(f"{header}recent too,2026-02-01T00:00:00Z,Eve\n")
    land(fresh, landing)
    fresh.query(
        "insert into ops.publication (publication_id, slot, as_of, delivery_watermark, build_fingerprint, run_id,"
        " ledger_lines_posted) values (1, 'marts_blue', %s, 2, 'x', 'night', 0)",
        (AS_OF,),
    )
    policy = RetentionPolicy(months={"contacts": 24})
    retain(fresh.admin_url, policy, as_of=AS_OF, done_by="steward", is_applied=True)
    found = fresh.query("select contact_id, contact_text from raw.contacts order by contact_id")
    assert found == [("old", None), ("recent", "Bob"), ("recent too", "Eve")]


@pytest.mark.parametrize(
    "what_hangs_on_it",
    [
        "alter table landing.prepared enable row level security",
        "alter table landing.prepared alter supplier_name set default current_user",
        "create rule mine as on insert to landing.prepared do also nothing",
        "create index on landing.prepared (lower(supplier_name))",
        "alter table landing.prepared add check (supplier_name <> '')",
        "create statistics landing.mine on lower(supplier_name), _line from landing.prepared",
    ],
)
def test_a_table_that_would_do_something_later_is_not_taken_into_raw(fresh: Warehouse, what_hangs_on_it: str) -> None:
    fresh.query(
        "insert into ops.delivery (relative_path, content_sha256, byte_size, entity, state, as_of, run_id)"
        " overriding system value values ('x.csv', 'x', 1, 'suppliers', 'received', %s, 'night')",
        (AS_OF,),
    )
    ((delivery_id,),) = fresh.query("select delivery_id from ops.delivery")
    with closing(psycopg2.connect(fresh.loader_url)) as connection, connection.cursor() as cursor:
        cursor.execute("create table landing.prepared as select * from raw.suppliers")
        cursor.execute(what_hangs_on_it)
        with pytest.raises(errors.RaiseException, match="something hangs on"):
            cursor.execute("select raw.adopt_part('suppliers', %s)", (delivery_id,))


@pytest.mark.usefixtures("everything_is_large")
def test_a_part_whose_delivery_is_not_finished_never_was(
    fresh: Warehouse, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (landing / "suppliers.csv").write_text(f"{HEADER}\nS1,One,,\nS2,Two,,\n")

    def out_of_order(*arguments: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(load, "drop_working_tables", out_of_order)
    with pytest.raises(LandingFailed):
        land(fresh, landing)
    assert fresh.query("select state from ops.delivery") == [("received",)]
    left = "select count(*) from pg_class where relnamespace in ('landing'::regnamespace, 'raw_part'::regnamespace)"
    assert fresh.query(left) == [(0,)]
    monkeypatch.undo()
    land(fresh, landing)
    assert fresh.query("select state from ops.delivery") == [("loaded",)]
    assert fresh.query(left) == [(0,)], "nothing of the working tables is left after a good night either"
