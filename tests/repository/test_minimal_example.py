"""The complete example of docs/exports.md, landed, built and published: what the page promises comes out."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplier_sla.docs.exports_page import MINIMAL_EXAMPLE
from tests.conftest import Warehouse
from tests.support.nights import build_and_publish, land

# The page names it beside the table of verdicts.
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)

VERDICTS = """
select ticket_id, status_code, coalesce(status_reason_code, ''), coalesce(elapsed_seconds::text, ''),
    coalesce(to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')
from marts.fct_ticket_sla
order by ticket_id
"""


@pytest.mark.night
def test_the_minimal_example_gives_the_verdicts_that_the_page_promises(warehouse: Warehouse, tmp_path: Path) -> None:
    outcomes = land(warehouse, MINIMAL_EXAMPLE / "landing", AS_OF).outcomes
    assert {outcome.state for outcome in outcomes} == {"loaded"}
    build_and_publish(warehouse, tmp_path, AS_OF)
    with (MINIMAL_EXAMPLE / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        promised = [tuple(row[:-1]) for row in list(csv.reader(file))[1:]]
    assert warehouse.query(VERDICTS) == promised
    assert warehouse.query("select work_centre_id from marts.qc_work_centre_unmapped") == [("WC-9999",)]
