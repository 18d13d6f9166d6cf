"""Numbers without gaps, once per rule and cause, the bytes with the number, whatever kills the run."""

from __future__ import annotations

import hashlib
import signal
from pathlib import Path

import psycopg2
import pytest

from supplier_sla.files.outbox import OutboxOccupied
from supplier_sla.notices.limit import TooManyNotices
from tests.conftest import Warehouse
from tests.extracts.killing import in_a_fork, kill_before_step
from tests.extracts.nights import contents
from tests.notices.nights import due, issue, night


def test_a_cause_is_issued_once_however_often_a_night_says_it_is_due(warehouse: Warehouse, tmp_path: Path) -> None:
    first, second = due(), due(language_code="zh", recipients=None)
    night(warehouse, first, second, due(status_code="too_old"))
    assert issue(warehouse, tmp_path).numbers == [1, 2]
    assert issue(warehouse, tmp_path).numbers == []
    night(warehouse, first, second, due())
    issued = issue(warehouse, tmp_path)
    assert issued.numbers == [3]
    assert sorted(contents(tmp_path)) == [
        f"notices/notice_00000{n}.{kind}" for n in (1, 2, 3) for kind in ("html", "txt")
    ]
    promised = dict(warehouse.query("select 'notices/' || file_name, sha256 from governance.notice_letter"))
    assert {name: hashlib.sha256(content).hexdigest() for name, content in contents(tmp_path).items()} == promised
    assert 'lang="zh-Hans"' in contents(tmp_path)["notices/notice_000002.html"].decode()
    assert warehouse.query("select notice_number, address, is_copy from governance.notice_recipient order by 1") == [
        (1, "desk@supplier.example", False), (3, "desk@supplier.example", False),
    ]  # fmt: skip


def test_the_same_cause_under_another_rule_is_another_notice(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, due(cause_reference="c"), due(cause_reference="c", notice_rule_id="NR-4"))
    assert issue(warehouse, tmp_path).numbers == [1, 2]


def test_more_than_the_limit_stops_before_the_first(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, *(due() for _ in range(4)))
    with pytest.raises(TooManyNotices, match="at most 3; found 4"):
        issue(warehouse, tmp_path, limit=3)
    assert warehouse.query("select count(*) from governance.notice") == [(0,)]
    assert contents(tmp_path) == {}
    assert issue(warehouse, tmp_path, limit=4).numbers == [1, 2, 3, 4]


def test_what_was_issued_cannot_be_changed(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, due())
    issue(warehouse, tmp_path)
    for statement in (
        "update governance.notice set subject = 'x'", "delete from governance.notice_letter",
        "truncate governance.notice_recipient cascade",
    ):  # fmt: skip
        with pytest.raises(psycopg2.Error, match="append-only"):
            warehouse.query(statement)


def test_another_letter_of_that_name_in_the_outbox_is_never_overwritten(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "notice_000001.html").write_text("of another warehouse", encoding="utf-8")
    night(warehouse, due())
    with pytest.raises(OutboxOccupied):
        issue(warehouse, tmp_path)
    (tmp_path / "notices" / "notice_000001.html").unlink()
    assert [path.name for path in issue(warehouse, tmp_path).written] == ["notice_000001.html", "notice_000001.txt"]


def test_a_kill_before_any_step_loses_no_notice_and_doubles_none(module_warehouse: Warehouse, tmp_path: Path) -> None:
    causes = []
    step = 0
    while True:
        causes += [due(), due()]
        night(module_warehouse, *causes)
        ended = in_a_fork(lambda at=step: _issue_until(module_warehouse, tmp_path, at))  # type: ignore[misc]
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        _every_letter_is_as_promised(module_warehouse, tmp_path, is_complete=False)
        issue(module_warehouse, tmp_path)
        _every_letter_is_as_promised(module_warehouse, tmp_path, is_complete=True)
        step += 1
    assert step > 30, "every statement, commit and call of the disk is a step"
    ((count, highest),) = module_warehouse.query("select count(*), max(notice_number) from governance.notice")
    assert count == highest == len(causes)


def _issue_until(warehouse: Warehouse, outbox: Path, step: int) -> None:
    kill_before_step(step)
    issue(warehouse, outbox)


def _every_letter_is_as_promised(warehouse: Warehouse, outbox: Path, *, is_complete: bool) -> None:
    promised = dict(warehouse.query("select 'notices/' || file_name, sha256 from governance.notice_letter"))
    found = {name: content for name, content in contents(outbox).items() if not name.endswith(".part")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}.items() <= promised.items()
    assert not is_complete or found.keys() == promised.keys()
