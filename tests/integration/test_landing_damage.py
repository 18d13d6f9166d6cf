"""Files damaged at random: each of their records ends in one place, and no row stands in raw that the file does not say.

`DAMAGE_EXAMPLES=2000 pytest tests/integration/test_landing_damage.py` looks further, with other files each time.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplier_sla.landing import DeliveryOutcome, land_exports
from tests.conftest import Warehouse
from tests.support.file_damage import DELIMITER, HEADER, damaged_exports

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
EXAMPLES = int(os.environ.get("DAMAGE_EXAMPLES", "0"))
NAMES = (
    "tickets.csv",
    "tickets_a\nb.csv",
    "tickets_..%2f..%2f.csv",
    "tickets_\x1b[2J.csv",
    "tickets_\udcff.csv",
    "Tickets-=1+1.CSV",
)

_LINE_END = re.compile(r"\r\n|\r|\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("damage") / "landing"
    yield path
    shutil.rmtree(path, ignore_errors=True)


@settings(
    max_examples=EXAMPLES or 80,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=damaged_exports(), name=st.sampled_from(NAMES))
def test_nothing_is_lost_nothing_invented(module_warehouse: Warehouse, folder: Path, content: bytes, name: str) -> None:
    outcome = _landed_alone(module_warehouse, folder, content, name)
    rows = module_warehouse.query(
        "select _line, source_system, ticket_id, opened_at, title, state_code from raw.tickets order by _line"
    )
    broken = {line for (line,) in module_warehouse.query("select line from ops.quarantined_row")}
    loaded = [line for line, *_ in rows]
    counts = outcome.counts
    assert counts.is_conserved
    assert (len(loaded), len(broken)) == (counts.rows_loaded, counts.rows_quarantined)
    assert not broken.intersection(loaded)
    if outcome.state == "refused":
        assert outcome.reason and not counts.rows_in_file
        return
    if (lines := _readable_lines(content)) is not None:
        _expect_every_line_counted(lines, counts.rows_in_file, {*loaded, *broken})
        for line, *values in rows:
            _expect_said_by(lines[0], lines[line - 1], values)


def test_the_same_damaged_file_again_is_known(module_warehouse: Warehouse, folder: Path) -> None:
    content = b'source_system,ticket_id,opened_at\ndesk,"T1,2026-01-05T09:12:44Z\ndesk,T\x002,x\n'
    first = _landed_alone(module_warehouse, folder, content, "tickets.csv")
    assert first.counts.rows_quarantined == 2
    again = land_exports(module_warehouse.loader_url, folder, as_of=AS_OF, run_id="again")
    assert (again.files_unchanged, again.outcomes) == (1, ())


def _landed_alone(warehouse: Warehouse, folder: Path, content: bytes, name: str) -> DeliveryOutcome:
    """The outcome of a file that is the only one in folder and book."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / name).write_bytes(content)
    warehouse.query("truncate raw.tickets, ops.quarantined_row, ops.delivery cascade")
    report = land_exports(warehouse.loader_url, folder, as_of=AS_OF, run_id="damage")
    (outcome,) = report.outcomes
    return outcome


def _readable_lines(content: bytes) -> list[str] | None:
    """The physical lines of a file in which every line is a record: without quotes and in UTF-8. Else None."""
    if b'"' in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    text = content.decode("utf-8-sig", "surrogateescape")
    return _LINE_END.split(text)


def _expect_every_line_counted(lines: list[str], rows_in_file: int, numbers: set[int]) -> None:
    header = next(number for number, line in enumerate(lines) if line)
    records = {number + 1 for number, line in enumerate(lines) if line and number > header}
    assert rows_in_file == len(records)
    assert numbers <= records


def _expect_said_by(header: str, line: str, values: list[str | None]) -> None:
    """The row has the values that its line has, cell for cell; `canonical` is the profile's own name for no system."""
    names = [name.strip().casefold() for name in header.split(DELIMITER)]
    cells = dict(zip(names, line.split(DELIMITER), strict=True))
    said = [cells.get(name) or None for name in HEADER]
    assert [said[0] or "canonical", *said[1:]] == values
