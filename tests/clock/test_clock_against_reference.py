"""Random tickets under random terms: models and slow reference clock say the same of every measurement, to the second.

A batch is one night, so a few batches are all that the time allows; CLOCK_EXAMPLES=20 asks for more of each season.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Warehouse
from tests.support.clock_batches import SEASONS, Batch, Season, grow_batch
from tests.support.databases import another_warehouse
from tests.support.measurements import MEASURED_MARTS, TOLD, differences, published_readings
from tests.support.nights import night
from tests.support.reference import Reading, measure
from tests.support.reference.calendar import Calendar, open_seconds
from tests.support.reference.register import read_register

CALENDARS, LEVELS, TICKETS = 20, 40, 400
MARTS = (*MEASURED_MARTS, "rpt_ticket_sla_stretch")
EXAMPLES = int(os.environ.get("CLOCK_EXAMPLES", "1"))

_names = itertools.count(1)


def seeds(count: int) -> st.SearchStrategy[list[int]]:
    """As many different numbers, from each of which a part of the batch grows."""
    return st.lists(st.integers(0, 2**40), min_size=count, max_size=count, unique=True)


# A night takes seconds: no searching for a smaller batch, the smallest failing ticket is shown instead.
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.parametrize("season", SEASONS, ids=lambda season: season.days[0])
@given(calendars=seeds(CALENDARS), levels=seeds(LEVELS), tickets=seeds(TICKETS))
def test_every_measurement_equals_the_reference(
    season: Season,
    calendars: list[int],
    levels: list[int],
    tickets: list[int],
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    batch = grow_batch(season, calendars, levels, tickets)
    expected = measure(batch.exports, batch.as_of)
    _is_worth_the_walk(expected)
    with another_warehouse(template_database, f"batch_{next(_names)}") as warehouse:
        night(warehouse, tmp_path_factory.mktemp("batch"), batch.exports, batch.as_of, marts=MARTS)
        _equals_the_reference(warehouse, batch, expected)
        _explains_every_second(warehouse, batch)


def _equals_the_reference(warehouse: Warehouse, batch: Batch, expected: list[Reading]) -> None:
    found = differences(expected, published_readings(warehouse))
    about = {one.ticket_id: batch.about(one.ticket_id) for one in found}
    found.sort(
        key=lambda one: (len(about[one.ticket_id]["ticket_events"]), len(about[one.ticket_id]["service_levels"]))
    )
    assert not found, (
        f"{len(found)} of {len(expected)} measurements differ, {Counter(one.facts for one in found)}; the smallest:\n"
        f"{found[0]}\n{json.dumps(about[found[0].ticket_id], indent=1, default=str)}"
    )


def _explains_every_second(warehouse: Warehouse, batch: Batch) -> None:
    """The stretches follow each other, add up to the elapsed seconds, and are open when the reference says so."""
    unexplained = warehouse.query(
        "select facts.ticket_id, facts.service_level_id, facts.elapsed_seconds, told.counted_seconds"
        " from marts.fct_ticket_sla as facts left join (select ticket_sla_key, sum(counted_seconds) as counted_seconds"
        "   from marts.rpt_ticket_sla_stretch group by ticket_sla_key) as told"
        " on facts.ticket_sla_key = told.ticket_sla_key"
        " where facts.elapsed_seconds <> coalesce(told.counted_seconds, 0)"
    )
    assert not unexplained
    apart = warehouse.query(
        "select ticket_id, service_level_id, to_at, next_from_at from (select *, lead(from_at) over"
        "   (partition by ticket_sla_key order by from_at) as next_from_at from marts.rpt_ticket_sla_stretch) as paired"
        " where to_at <> next_from_at"
    )
    assert not apart
    calendars = read_register(batch.exports, int(batch.as_of.timestamp())).calendars
    stretches = warehouse.query(
        "select distinct calendar_id, floor(extract(epoch from from_at))::bigint,"
        " floor(extract(epoch from to_at))::bigint, is_open from marts.rpt_ticket_sla_stretch where calendar_id is not null"
    )
    wrong = [one for one in stretches if not _is_as_told(calendars[one[0]], *one[1:])]
    assert stretches
    assert not wrong


def _is_as_told(calendar: Calendar, start: int, end: int, is_open: bool | None) -> bool:
    seconds = open_seconds(calendar, start, end)
    return seconds == (None if is_open is None else (end - start) * is_open)


def _is_worth_the_walk(expected: list[Reading]) -> None:
    """A batch in which every verdict happens (one of them at most does not) proves more than one in which all are the same."""
    times = Counter(reading.status_code for reading in expected)
    assert len(times) >= len(TOLD | {"excused", "not_measurable", "no_service_level"}) - 1, times
    assert sum(times[status] for status in TOLD) > TICKETS / 2, times
