"""The real work orders of Boston 311 in the city's own shape: the product's verdict against the city's."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.commands import NightHome

pytestmark = pytest.mark.night


def test_the_verdict_equals_the_citys_on_every_case_with_a_promise(
    shared_data: Path, new_home: NightHome, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    export = shutil.copy(shared_data / "boston_311" / "boston_311_requests.csv", landing)
    subprocess.run(
        [str(REPOSITORY / "scripts" / "boston_311_register"), str(export), "--out", str(landing)],
        check=True,
        timeout=300,
    )
    finished = new_home.run("--landing", str(landing), "--as-of", "2026-02-10T22:54:00Z")
    assert finished.code == 0, finished.output + finished.errors
    verdicts = Counter(
        new_home.query(
            "select ticket_slas.is_breached, ticket_slas.status_code = 'no_service_level', tickets.source_verdict_code"
            " from marts.fct_ticket_sla as ticket_slas join marts.fct_ticket as tickets using (ticket_key)"
        )
    )
    assert verdicts == {
        (False, False, "met"): 3_330,
        (True, False, "breached"): 2_133,
        # The city counts these as on time (and one as overdue); without a promise there is nothing to keep or break.
        (False, True, "met"): 9,
        (False, True, "breached"): 1,
    }
