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
from tests.support.export_files import WRITERS
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

PROPERTY = settings(
    max_examples=EXAMPLES or 80,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

_LINE_END = re.compile(r"\r\n|\r|\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("damage") / "landing"
    yield path
    shutil.rmtree(path, ignore_errors=True)


@PROPERTY
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


ROWS = [("desk", f"T{number}", "2026-01-05T09:12:44Z", f"title {number}", "") for number in range(40)]


@PROPERTY
@given(data=st.data(), suffix=st.sampled_from(sorted(WRITERS)))
def test_a_file_of_any_format_with_damaged_bytes_is_settled(
    module_warehouse: Warehouse, folder: Path, data: st.DataObject, suffix: str
) -> None:
    """Some bytes changed, or the end cut off: never a failure of the night, never a row that was not delivered whole."""
    content = bytearray(WRITERS[suffix](HEADER, ROWS))
    # In thousandths of the file, whose size may differ by what a library writes of itself into it.
    places = data.draw(st.lists(st.integers(0, 999), min_size=1, max_size=4))
    is_cut = data.draw(st.booleans())
    if is_cut:
        del content[places[0] * len(content) // 1000 :]
    else:
        for place in places:
            content[place * len(content) // 1000] = data.draw(st.integers(0, 255))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / f"tickets.{suffix}").write_bytes(content)
    module_warehouse.query("truncate raw.tickets, ops.quarantined_row, ops.delivery cascade")
    report = land_exports(module_warehouse.loader_url, folder, as_of=AS_OF, run_id="damage")
    assert all(outcome.counts.is_conserved for outcome in report.outcomes)
    assert report.outcomes or report.skipped
    if is_cut:
        said = set(module_warehouse.query("select source_system, ticket_id, opened_at, title from raw.tickets"))
        # Of text that is cut inside its last line there is no telling: what is left of that line may look whole.
        assert len(said - {row[:4] for row in ROWS}) <= (1 if suffix in ("csv", "tsv") else 0)


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
