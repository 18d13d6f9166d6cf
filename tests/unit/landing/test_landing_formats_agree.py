"""The same rows come back from every format."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.profiles.profile import load_profiles
from supplier_sla.landing.readers import open_reader
from tests.support.export_files import WRITERS
from tests.support.readings import choose_reading

HEADER = ("ticket_id", "opened_at", "title", "state_code")

# Everything but NUL, lone surrogates and the two signs that no XML file can hold, escaped or not.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=30).filter(
    lambda text: "_x" not in text
)
ROWS = st.lists(
    st.tuples(st.integers(1).map(str), TEXTS, TEXTS, st.sampled_from(["", "1.50", "true", "=1+1", "#N/A", "\r\n"])),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_rows_come_back_as_they_were_written(suffix: str, rows: list[tuple[str, ...]]) -> None:
    reading = choose_reading(f"tickets.{suffix}", load_profiles(), load_contracts())
    reader = open_reader(io.BytesIO(WRITERS[suffix](HEADER, rows)), reading, UnpackLimits())
    positions = [list(reader.header).index(name) for name in HEADER]
    found = []
    for batch in reader.batches():
        assert not batch.broken
        found += [tuple(record[position] for position in positions) for record in batch.records]
        assert list(batch.lines) == sorted(batch.lines)
    assert found == rows
