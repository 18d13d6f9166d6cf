"""Large files go another way through the database; nothing but their speed may tell."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplier_sla.landing import LandingFailed, land_exports, load, repeats
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


def empty(warehouse: Warehouse) -> None:
    warehouse.query("truncate raw.suppliers, ops.quarantined_row, ops.delivery cascade")


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
    land(fresh, landing)
    assert content_of(fresh) == as_small
    assert all(len(rows) > 5 for rows in as_small.values())


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
def test_working_tables_are_gone_after_a_defect_and_after_a_good_night(
    fresh: Warehouse, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (landing / "suppliers.csv").write_text(f"{HEADER}\nS1,One,,\nS2,Two,,\n")

    def out_of_order(*arguments: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(load, "drop_working_tables", out_of_order)
    with pytest.raises(LandingFailed):
        land(fresh, landing)
    assert fresh.query("select state from ops.delivery") == [("received",)]
    left = "select count(*) from pg_class where relnamespace = 'landing'::regnamespace"
    assert fresh.query(left) == [(0,)]
    monkeypatch.undo()
    land(fresh, landing)
    assert fresh.query("select state from ops.delivery") == [("loaded",)]
    assert fresh.query(left) == [(0,)]
