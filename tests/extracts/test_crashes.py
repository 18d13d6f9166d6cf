"""Whatever kills a hand-over, and wherever: the next one completes it, nothing is lost and nothing goes out twice."""

from __future__ import annotations

import hashlib
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from supplier_sla.files import outbox as outbox_module
from supplier_sla.files.outbox import OutboxUnwritable, write_whole
from tests.conftest import Warehouse
from tests.extracts.killing import hand_over_on_a_full_disk, hand_over_until
from tests.extracts.nights import contents, hand, night
from tests.support.slot_tables import breach, penalty


def test_a_kill_before_any_step_loses_nothing_and_doubles_nothing(module_warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse, outbox = module_warehouse, tmp_path / "outbox"
    step = 0
    while True:
        # Each round has something new to say, so each kill meets a hand-over with all its steps.
        owed = Decimal(step + 1)
        night(warehouse, penalty(owed_amount=owed), breaches=[breach("1")])
        before = contents(outbox) if outbox.exists() else {}
        ended = hand_over_until(warehouse, outbox, step)
        survived = contents(outbox) if outbox.exists() else {}
        assert {name: survived[name] for name in before} == before, "what stood there stands there unchanged"
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        _every_whole_file_is_as_promised(warehouse, survived)
        hand(warehouse, outbox)
        _everything_went_out_once(warehouse, outbox, owed)
        step += 1
    assert step > 50, "every statement, commit and call of the disk is a step"
    _everything_went_out_once(warehouse, outbox, owed)


def _every_whole_file_is_as_promised(warehouse: Warehouse, found: dict[str, bytes]) -> None:
    promised = dict(warehouse.query("select file_name, sha256 from finance.extract_file"))
    for name, content in found.items():
        if not name.endswith(".part"):
            assert hashlib.sha256(content).hexdigest() == promised[name], name


def _everything_went_out_once(warehouse: Warehouse, outbox: Path, owed: Decimal) -> None:
    found = contents(outbox)
    _every_whole_file_is_as_promised(warehouse, found)
    promised = {name for (name,) in warehouse.query("select file_name from finance.extract_file")}
    assert {name for name in found if not name.endswith(".part")} == promised
    ((sent, lines, numbers, highest),) = warehouse.query(
        "select sum(amount), count(*), count(distinct extract_number), max(extract_number) from finance.extract_line"
    )
    assert (sent, numbers) == (owed, highest)
    assert [(lines,)] == warehouse.query("select count(*) from finance.ledger_line")


def test_a_full_disk_fails_clearly_and_the_next_run_writes_the_same_number(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    night(warehouse, penalty(), breaches=[breach("1")])
    assert hand_over_on_a_full_disk(warehouse, tmp_path, 500) == 1
    left = contents(tmp_path)
    assert not [name for name in left if name.startswith("penalty") or name.endswith(".part")]
    _every_whole_file_is_as_promised(warehouse, left)
    assert warehouse.query("select extract_number from finance.extract") == [(1,)]
    assert warehouse.query("select * from finance.extract_written") == []
    assert "penalty_extract_000001.csv" in [path.name for path in hand(warehouse, tmp_path).written]
    _every_whole_file_is_as_promised(warehouse, contents(tmp_path))


def test_a_device_without_space_is_named(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    (tmp_path / ".file.csv.part").symlink_to(full)
    with pytest.raises(OutboxUnwritable, match="No space left"):
        write_whole(tmp_path / "file.csv", b"content")
    assert list(tmp_path.iterdir()) == []


def test_no_half_file_is_ever_seen_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def full_disk(_: int) -> None:
        seen.append(sorted(path.name for path in tmp_path.iterdir()))
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(outbox_module.os, "fsync", full_disk)
        with pytest.raises(OutboxUnwritable, match="No space left"):
            write_whole(tmp_path / "file.csv", b"content")
    assert seen == [[".file.csv.part"]]  # hidden, and gone afterwards
    assert list(tmp_path.iterdir()) == []
