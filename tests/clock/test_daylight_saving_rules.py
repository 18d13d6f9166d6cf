"""Real elapsed seconds on days of 23, 23.5, 24.5 and 25 hours, zones of 30 and 45 minutes, leap days and year ends."""

from __future__ import annotations

import pytest

from tests.clock.conftest import Published
from tests.support.clock_rules import DAY, HOUR, Case, Rules, rule
from tests.support.register import Row, calendar, service_level


def _level(name: str, minutes: int = 480) -> Row:
    return service_level(
        f"zone_{name}", ticket_type_code=f"zone_{name}", calendar_id=f"ZONE-{name}", target_value=str(minutes)
    )


def _sunday(name: str, hours: str, time_zone: str) -> Row:
    return calendar(f"ZONE-{name}", "", time_zone, sunday=hours)


LEVELS = [
    _level("berlin"), _level("gap"), _level("whole_gap", 10), _level("fold", 90), _level("new_york", 1440),
    _level("lord_howe", 120), _level("chatham", 120), _level("st_johns", 240), _level("kathmandu"), _level("kolkata"),
    _level("shanghai"), _level("utc"),
    service_level("zone_none", ticket_type_code="zone_none", target_unit="calendar_minutes", calendar_id=""),
]  # fmt: skip

CALENDARS = [
    calendar("ZONE-berlin", "08:00-18:00", "Europe/Berlin", sunday="01:00-05:00", saturday="22:00-04:00"),
    _sunday("gap", "02:15-04:00", "America/New_York"),
    _sunday("whole_gap", "02:15-02:45", "America/New_York"),
    _sunday("fold", "01:30-02:00", "America/New_York"),
    calendar("ZONE-new_york", "00:00-24:00", "America/New_York", saturday="00:00-24:00", sunday="00:00-24:00"),
    _sunday("lord_howe", "01:00-03:00", "Australia/Lord_Howe"),
    _sunday("chatham", "02:00-04:00", "Pacific/Chatham"),
    _sunday("st_johns", "00:00-06:00", "America/St_Johns"),
    calendar("ZONE-kathmandu", time_zone="Asia/Kathmandu"),
    calendar("ZONE-kolkata", time_zone="Asia/Kolkata"),
    calendar("ZONE-shanghai", "09:00-12:00;13:00-18:00", "Asia/Shanghai"),
    calendar("ZONE-utc"),
]

CASES = [
    # Europe/Berlin: clocks go forward at 01:00 UTC on 29 March 2026, back at 01:00 UTC on 26 October 2025.
    rule("the_missing_hour_of_spring_does_not_count", "zone_berlin", "2026-03-29 00:00", "2026-03-29 03:00",
         elapsed=3 * HOUR, due="2026-03-30 11:00"),
    rule("the_doubled_hour_of_autumn_counts_twice", "zone_berlin", "2025-10-25 23:00", "2025-10-26 04:00",
         elapsed=5 * HOUR, due="2025-10-27 10:00"),
    # America/New_York: forward at 07:00 UTC on 8 March 2026, back at 06:00 UTC on 2 November 2025.
    rule("of_an_opening_inside_the_gap_the_part_that_exists_counts", "zone_gap", "2026-03-08 06:00", "2026-03-08 09:00",
         elapsed=HOUR, due="2026-04-05 08:00"),
    rule("an_opening_that_lies_in_the_gap_does_not_exist_that_day", "zone_whole_gap", "2026-03-08 06:00", "2026-03-08 09:00",
         elapsed=0, due="2026-03-15 06:25"),
    rule("an_opening_in_the_doubled_hour_happens_twice", "zone_fold", "2025-11-02 05:00", "2025-11-02 08:00",
         elapsed=HOUR, due="2025-11-09 07:00"),
    rule("between_its_two_happenings_it_is_closed", "zone_fold", "2025-11-02 05:00", "2025-11-02 06:15",
         elapsed=HOUR // 2, due="2025-11-09 07:00"),
    rule("a_day_of_23_hours", "zone_new_york", "2026-03-08 05:00", "2026-03-09 04:00", elapsed=23 * HOUR, due="2026-03-09 05:00"),
    rule("a_day_of_25_hours", "zone_new_york", "2025-11-02 04:00", "2025-11-03 05:00", status="breached", elapsed=25 * HOUR,
         due="2025-11-03 04:00"),
    # Australia/Lord_Howe: back half an hour at 15:00 UTC on 4 April 2026, forward half an hour at 15:30 UTC on 4 October 2025.
    rule("half_an_hour_more_on_lord_howe", "zone_lord_howe", "2026-04-04 12:00", "2026-04-04 18:00", status="breached",
         elapsed=9000, due="2026-04-04 16:00"),
    rule("half_an_hour_less_on_lord_howe", "zone_lord_howe", "2025-10-04 12:00", "2025-10-04 18:00", elapsed=5400,
         due="2025-10-11 14:30"),
    # Pacific/Chatham (+12:45): back at 14:00 UTC on 4 April 2026, forward at 14:00 UTC on 27 September 2025.
    rule("an_hour_more_on_the_chatham_islands", "zone_chatham", "2026-04-04 12:00", "2026-04-04 18:00", status="breached",
         elapsed=3 * HOUR, due="2026-04-04 14:15"),
    rule("an_hour_less_on_the_chatham_islands", "zone_chatham", "2025-09-27 12:00", "2025-09-27 18:00", elapsed=HOUR,
         due="2025-10-04 13:15"),
    # America/St_Johns (-3:30): forward at 05:30 UTC on 8 March 2026.
    rule("an_hour_less_in_newfoundland", "zone_st_johns", "2026-03-08 03:00", "2026-03-08 09:00", status="breached",
         elapsed=5 * HOUR, due="2026-03-08 07:30"),
    rule("five_hours_and_three_quarters_ahead", "zone_kathmandu", "2026-03-02 10:45", "2026-03-03 03:45", elapsed=HOUR,
         due="2026-03-03 10:45"),
    rule("five_hours_and_a_half_ahead", "zone_kolkata", "2026-03-02 11:00", "2026-03-03 04:00", elapsed=HOUR,
         due="2026-03-03 11:00"),
    rule("29_february_is_a_day", "zone_utc", "2024-02-28 16:00", "2024-03-01 10:00", status="breached", elapsed=10 * HOUR,
         due="2024-02-29 16:00"),
    rule("29_february_round_the_clock", "zone_none", "2024-02-28 12:00", "2024-03-01 12:00", status="breached",
         elapsed=2 * DAY, due="2024-02-28 20:00"),
    rule("a_year_ends_where_the_calendar_is", "zone_shanghai", "2025-12-31 09:00", "2026-01-01 02:00", elapsed=2 * HOUR,
         due="2026-01-01 09:00"),
    rule("a_year_ends_round_the_clock", "zone_none", "2025-12-31 23:59:59", "2026-01-01 00:00:01", elapsed=2,
         due="2026-01-01 07:59:59"),
]  # fmt: skip

RULES = Rules(CASES, LEVELS, CALENDARS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_daylight_saving_rule(case: Case, published: Published) -> None:
    published.holds(case)
