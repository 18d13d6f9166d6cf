"""The walk over opening hours that places the made-up work, on figures worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from supplier_sla.sample.opening_hours import OpeningHours

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = 60


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


OFFICE = OpeningHours(
    BERLIN,
    [(date(2025, 1, 1), ["08:00-12:00;13:00-17:00"] * 5 + ["", ""])],
    {date(2025, 10, 3): "", date(2025, 10, 11): "10:00-12:00"},
)
NIGHT = OpeningHours(BERLIN, [(date(2025, 1, 1), ["22:00-06:00"] * 7)], {})
ROUND_THE_CLOCK = OpeningHours(BERLIN, [(date(2025, 1, 1), ["00:00-24:00"] * 7)], {})


@pytest.mark.parametrize(
    ("hours", "start", "minutes", "end"),
    [
        pytest.param(OFFICE, "2025-10-01T11:30:00+02:00", 60, "2025-10-01T13:30:00+02:00", id="over lunch"),
        pytest.param(OFFICE, "2025-10-01T16:00:00+02:00", 60, "2025-10-01T17:00:00+02:00", id="exact fill at closing"),
        pytest.param(OFFICE, "2025-10-02T16:30:00+02:00", 60, "2025-10-06T08:30:00+02:00", id="holiday and weekend"),
        pytest.param(OFFICE, "2025-10-10T16:30:00+02:00", 60, "2025-10-11T10:30:00+02:00", id="exceptional Saturday"),
        pytest.param(OFFICE, "2025-10-04T12:00:00+02:00", 0, "2025-10-06T08:00:00+02:00", id="nothing left, closed"),
        pytest.param(NIGHT, "2025-10-01T01:00:00+02:00", 60, "2025-10-01T02:00:00+02:00", id="opened the day before"),
        pytest.param(NIGHT, "2025-10-26T01:00:00+02:00", 180, "2025-10-26T03:00:00+01:00", id="repeated hour"),
        pytest.param(NIGHT, "2026-03-29T01:00:00+01:00", 120, "2026-03-29T04:00:00+02:00", id="skipped hour"),
        pytest.param(
            ROUND_THE_CLOCK, "2025-10-25T12:00:00+02:00", 1440, "2025-10-26T11:00:00+01:00", id="day of 25 hours"
        ),
    ],
)
def test_open_minutes_end_at_the_instant_worked_out_by_hand(
    hours: OpeningHours, start: str, minutes: int, end: str
) -> None:
    assert hours.instant_after(at(start), minutes * MINUTE) == at(end)
