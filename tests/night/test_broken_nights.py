"""What an on-call engineer meets: killed processes, broken models, full outboxes. Nothing is lost or comes twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from supplier_sla.sample import SampleOptions, generate
from tests.support.commands import NightHome

pytestmark = pytest.mark.night


def _small_sample(landing: Path) -> SampleOptions:
    return SampleOptions(out=landing, months=2, tickets_per_month=60)


def _kill_when(process: subprocess.Popen[str], said: str) -> None:
    """Kill -9 the night (not the database server) as soon as it says something."""
    assert process.stdout is not None
    deadline = time.monotonic() + 300
    for line in process.stdout:
        if said in line or time.monotonic() > deadline:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    process.stdout.close()


def test_killed_again_and_again_and_then_without_a_place_to_write_it_ends_like_an_undisturbed_night(
    new_home: NightHome, tmp_path: Path
) -> None:
    sample = _small_sample(tmp_path / "landing")
    generate(sample)
    arguments = ("--landing", str(sample.out), "--as-of", sample.as_of.isoformat())
    for moment in ("tickets_2025-10.csv", "dbt int_ticket__events", "validate_slot done"):
        _kill_when(new_home.start(*arguments), moment)

    outbox = tmp_path / "outbox"
    outbox.write_text("a file where the folder should be", encoding="utf-8")
    published = new_home.run(*arguments, "--outbox", str(outbox))
    assert published.code == 1
    assert "nothing is lost and no number is skipped" in published.errors
    outbox.unlink()
    handed_over = new_home.run(*arguments, "--outbox", str(outbox))
    assert handed_over.code == 0, handed_over.output + handed_over.errors

    quiet = NightHome(tmp_path / "quiet_home")
    undisturbed = quiet.run(*arguments)
    assert undisturbed.code == 0, undisturbed.output + undisturbed.errors
    try:
        assert new_home.query("select count(*) from raw.ticket_events", admin=True) == quiet.query(
            "select count(*) from raw.ticket_events", admin=True
        )
        ledger = (
            "select line_number, contract_id, penalty_term_id, period_month, amount, line_hash from finance.ledger_line"
        )
        assert new_home.query(ledger, admin=True) == quiet.query(ledger, admin=True)
        assert {"breach_extract_000001.csv", "clock_extract_000001.csv", "penalty_extract_000001.csv"} < set(
            _files(outbox)
        )
        assert _files(outbox) == _files(quiet.outbox)
        assert new_home.marts_digest() == quiet.marts_digest()
    finally:
        quiet.stop()


def _files(outbox: Path) -> dict[str, bytes]:
    return {str(path.relative_to(outbox)): path.read_bytes() for path in outbox.rglob("*") if path.is_file()}


def test_without_a_landing_folder_one_line_says_what_to_do(new_home: NightHome) -> None:
    finished = new_home.run("--landing", str(new_home.folder / "nowhere"))
    assert finished.code == 1
    assert len(finished.errors.strip().splitlines()) == 1
    assert "no such folder" in finished.errors and "next:" in finished.errors


def test_a_timestamp_without_offset_is_refused(new_home: NightHome) -> None:
    finished = new_home.run("--as-of", "2026-02-10 22:54")
    assert finished.code == 1
    assert "add the offset" in finished.errors
