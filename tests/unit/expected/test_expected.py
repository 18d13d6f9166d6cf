"""Which delivery belongs to which deadline, and what a file of expectations may say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from supplier_sla.expected.expectation import ExpectedDelivery, load_expected
from supplier_sla.expected.slots import Came, Slot, assign, due_slots
from supplier_sla.landing.yaml_model import ConfigurationInvalid
from tests.support.instants import utc

DAILY: dict[str, Any] = {"entity": "tickets", "by": "02:30", "zone": "Europe/Berlin", "valid_from": "2026-01-01"}


def expected(**changes: Any) -> ExpectedDelivery:
    return ExpectedDelivery.model_validate({**DAILY, **changes})


def came(number: int, came_at: str, exported_at: datetime | None = None) -> Came:
    return Came(number, f"{number}.csv", f"{number}", "loaded", utc(came_at), exported_at, 1, False, number)


def placed(each: ExpectedDelivery, as_of: str, runs: list[str], *deliveries: Came) -> dict[str, list[int]]:
    slots = due_slots(each, utc(as_of), [utc(run) for run in runs])
    assign(each, slots, deliveries)
    return {f"{slot.slot_date:%m-%d}": [delivery.delivery_id for delivery in slot.came] for slot in slots}


def test_a_deadline_is_in_the_sources_own_zone_in_winter_and_in_summer() -> None:
    winter: list[Slot] = due_slots(expected(), utc("2026-03-28 12:00"), [])
    summer = due_slots(expected(), utc("2026-03-30 12:00"), [])
    assert winter[0].due_at == utc("2026-03-28 01:30")
    assert summer[0].due_at == utc("2026-03-30 00:30")


def test_nothing_is_due_on_other_weekdays_before_the_start_and_after_the_end() -> None:
    each = expected(every=["monday"], valid_from="2026-02-02", valid_to="2026-02-16")
    slots = due_slots(each, utc("2026-02-20 00:00"), [utc("2026-01-20 00:00")])
    assert [f"{slot.slot_date}" for slot in slots] == ["2026-02-09"]


def test_what_the_first_run_after_the_deadline_finds_has_come_for_it() -> None:
    assert placed(expected(late_hours=1), "2026-02-02 05:00", [], came(1, "2026-02-02 05:00")) == {
        "02-02": [1],
        "02-03": [],
    }


def test_a_file_found_after_a_run_missed_it_is_late_for_that_deadline_and_a_day_later_it_is_not() -> None:
    runs = ["2026-02-01 02:00", "2026-02-02 02:00"]
    first = came(1, "2026-02-01 02:00")
    late, next_night = came(2, "2026-02-02 12:00"), came(2, "2026-02-03 02:00")
    assert placed(expected(), "2026-02-02 12:00", runs, first, late)["02-02"] == [2]
    assert placed(expected(), "2026-02-03 02:00", runs, first, next_night)["02-03"] == [2]


def test_where_no_run_looked_for_days_an_undated_file_belongs_to_the_newest_deadline() -> None:
    found = placed(
        expected(), "2026-02-04 02:00", ["2026-02-01 02:00"], came(1, "2026-02-04 02:00"), came(2, "2026-02-04 02:00")
    )
    assert found == {"02-01": [], "02-02": [], "02-03": [2], "02-04": [1], "02-05": []}


def test_a_date_in_the_name_says_for_which_deadline_a_file_is() -> None:
    dated = came(1, "2026-02-04 02:00", exported_at=utc("2026-02-01 00:00"))
    runs = ["2026-02-01 02:00"]
    assert placed(expected(), "2026-02-04 02:00", runs, dated)["02-01"] == [1]
    assert placed(expected(name_days=1), "2026-02-04 02:00", runs, dated)["02-02"] == [1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"entity": "nothing"}, "the name of a file contract"),
        ({"by": 150}, 'a time of day in quotes, such as "02:30"'),
        ({"by": "25:00"}, "a time of day in quotes"),
        ({"zone": "Berlin"}, "an IANA zone"),
        ({"every": []}, "every: day, or at least one weekday"),
        ({"stale": {"column": "title", "hours": 1}}, "a timestamp of tickets"),
        ({"shrunken": {"ratio": 1.5}}, "less than 1"),
    ],
)
def test_an_expectation_that_cannot_be_meant_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        expected(**changes)
    assert said in str(refused.value)


def test_an_expectation_names_a_source_profile_that_exists(tmp_path: Path) -> None:
    (tmp_path / "desk.yml").write_text(
        "name: desk\nprofile: nobody\ndeliveries:\n"
        '  - {entity: tickets, by: "02:30", zone: UTC, valid_from: 2026-01-01}\n'
    )
    with pytest.raises(ConfigurationInvalid, match=r"desk\.yml: profile; expected one of .*canonical.*; found nobody"):
        load_expected(tmp_path)


def test_the_example_on_the_page_is_one_that_can_be_used(tmp_path: Path) -> None:
    page = (Path(load_expected.__code__.co_filename).parent.parent / "expected_deliveries" / "README.md").read_text()
    (tmp_path / "servicedesk.yml").write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    (source,) = load_expected(tmp_path)
    assert source.deliveries[0].shrunken is not None


def test_nothing_is_expected_unless_somebody_says_so() -> None:
    assert load_expected() == ()
