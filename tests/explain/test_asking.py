"""What is answered when the ticket, the level or the warehouse is not what was meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from supplier_sla.explain.__main__ import main
from supplier_sla.settings import DATABASE_URL_VARIABLE
from tests.conftest import REPOSITORY, Warehouse
from tests.explain.conftest import Explain


def test_a_number_that_two_tools_have_is_asked_back(explain: Explain) -> None:
    said = explain("INC-8", code=1)
    assert "found 2 tools that have it: canonical/INC-8, other/INC-8; next: ask for one of these" in said


def test_an_unknown_number_is_looked_for_where_it_may_have_stayed(explain: Explain) -> None:
    said = explain("INC-404", code=1)
    assert "ticket INC-404; expected a ticket of the published night" in said
    assert (
        "ticket_events.csv line 10 is an event (resolved) of it, but the ticket itself has not been delivered" in said
    )
    assert "tickets_broken.csv was refused as a whole: the header fits no column of tickets" in said
    assert "there is a ticket canonical/INC-7" in explain("inc-7", code=1)


def test_a_row_that_was_kept_out_is_found(explain: Explain, told: Warehouse) -> None:
    told.query(
        "insert into ops.quarantined_row (quarantine_id, delivery_id, entity, line, column_name, value_found, expected,"
        " reason_code, record, as_of) overriding system value"
        """ select 1000, max(delivery_id), 'tickets', 17, 'opened_at', E'soon\\x1b[2J', 'a timestamp', 'wrong_type', '{"ticket_id": "INC-17"}',"""
        " now() from ops.delivery where relative_path = 'tickets.csv'"
    )
    said = explain("INC-17", code=1)
    assert r"tickets.csv line 17 (tickets) was kept out: opened_at expected a timestamp, found soon\x1b[2J" in said


def test_an_unknown_level_names_the_ticket_s_levels(explain: Explain) -> None:
    assert "expected one of RES-1, RES-2, UPD-2; found none of this name" in explain("INC-7", "--level", "RES", code=1)


def test_without_a_warehouse_the_next_step_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_URL_VARIABLE, raising=False)
    assert main(["INC-7", "--home", str(tmp_path)]) == 1
    assert "run scripts/nightly with this --home" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_before_the_first_night_the_next_step_is_named(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["INC-7", "--database-url", warehouse.admin_url]) == 1
    assert "expected a published night; found none; next: run scripts/nightly" in capsys.readouterr().err


def test_a_login_that_may_not_read_the_ledger_is_told_so(told: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["INC-7", "--database-url", told.bi_reader_url]) == 1
    assert "expected one that may act as transformer" in capsys.readouterr().err


def test_help_is_answered_without_an_environment() -> None:
    finished = subprocess.run(
        [str(REPOSITORY / "scripts" / "explain"), "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "usage: scripts/explain" in finished.stdout
