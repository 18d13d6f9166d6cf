"""The book of deliveries: what follows what, what is tried again, what full dumps and control files say."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.database import session
from supplier_sla.expected.expectation import ExpectedFrom
from supplier_sla.landing import LandingReport, folder, land_exports
from supplier_sla.landing.book.after_judgement import bring_book_up_to_date
from supplier_sla.landing.inventory import LandedFile, take_inventory
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.values import KEEP_EVERYTHING
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.quarantine.reread import Selection, reread
from tests.conftest import Warehouse

FIRST = datetime(2026, 2, 2, 2, tzinfo=UTC)
DESK: dict[str, Any] = {"pattern": "desk_*.csv", "entity": "tickets", "exported_at": r"_(\d{4}-\d{2}-\d{2})\."}
HEADER = "ticket_id,opened_at,title,updated_at"


@dataclass
class Door:
    """Nights at the landing door, one a day, each judged as the door in judges good files."""

    warehouse: Warehouse
    landing: Path
    monkeypatch: pytest.MonkeyPatch
    nights: int = 0
    lines: list[str] = field(default_factory=list)
    expected: tuple[ExpectedFrom, ...] = ()

    def reads(self, **changes: Any) -> None:
        """From now on by this profile."""
        profile = SourceProfile.model_validate(
            {"name": "desk", "description": "A help desk.", "files": [{**DESK, **changes}]}
        )
        self.monkeypatch.setattr(folder, "load_profiles", lambda: (profile,))

    def delivers(self, name: str, *rows: str, header: str = HEADER) -> None:
        (self.landing / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")

    def night(self, *, later: timedelta = timedelta(days=1)) -> LandingReport:
        as_of = FIRST + self.nights * later
        self.nights += 1
        self.lines.clear()
        run_id = f"night {self.nights}"
        report = land_exports(
            self.warehouse.loader_url, self.landing, as_of=as_of, run_id=run_id, report=self.lines.append
        )
        with session(self.warehouse.loader_url) as connection:
            with connection, connection.cursor() as cursor:
                cursor.execute("update ops.delivery set is_checked = true where not is_checked and state <> 'repeated'")
            bring_book_up_to_date(
                connection, expected=self.expected, as_of=as_of, run_id=run_id, report=self.lines.append
            )
        return report

    def states(self) -> list[tuple[str, str]]:
        return self.warehouse.query("select relative_path, state from ops.delivery_book order by delivery_id")

    def titles(self) -> dict[str, str]:
        """Of each ticket in the version that models read."""
        return dict(
            self.warehouse.query(
                "select distinct on (ticket_key) ticket_id, title from raw.tickets"
                " inner join ops.delivery on delivery_id = _delivery_id"
                " where is_checked and state in ('loaded', 'partly_loaded')"
                " order by ticket_key, _version_at desc nulls last, _delivery_id desc, _line desc"
            )
        )


@pytest.fixture
def door(module_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    tables = "raw.tickets, ops.quarantined_row, ops.delivery, ops.waiting_file, ops.expected_delivery"
    module_warehouse.query(f"truncate {tables} restart identity cascade")
    module_warehouse.query(
        "insert into ops.slot (slot, state) values ('marts_blue', 'empty'), ('marts_green', 'empty')"
        " on conflict do nothing"
    )
    landing = tmp_path / "landing"
    landing.mkdir()
    door = Door(module_warehouse, landing, monkeypatch)
    door.reads()
    yield door


def test_a_file_sent_again_with_corrections_is_linked_and_the_report_counts_the_differences(door: Door) -> None:
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,one,", "T2,2026-02-01T08:00:00Z,two,")
    door.night()
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,corrected,", "T3,2026-02-01T08:00:00Z,three,")
    door.night()
    assert door.warehouse.query(
        "select delivery_id, supersedes_delivery_id, rows_loaded, rows_left_out from ops.delivery order by 1"
    ) == [(1, None, 2, None), (2, 1, 2, 1)]
    assert "after delivery 1 of the same name" in door.lines[0]
    assert "known 2, rows of that delivery that are not in it 1" in door.lines[0]
    assert door.titles() == {"T1": "corrected", "T2": "two", "T3": "three"}


def test_a_delivery_is_superseded_once_each_of_its_rows_has_a_newer_version(door: Door) -> None:
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,one,", "T2,2026-02-01T08:00:00Z,two,")
    door.night()
    door.delivers("desk_b.csv", "T1,2026-02-01T08:00:00Z,newer,")
    door.night()
    before = door.titles()
    assert door.states() == [("desk_a.csv", "loaded"), ("desk_b.csv", "loaded")]
    door.delivers("desk_c.csv", "T2,2026-02-01T08:00:00Z,newer,")
    door.night()
    assert door.states() == [("desk_a.csv", "superseded"), ("desk_b.csv", "loaded"), ("desk_c.csv", "loaded")]
    assert door.titles() == {**before, "T2": "newer"}
    assert door.warehouse.query("select state from ops.delivery where delivery_id = 1") == [("loaded",)]


def test_a_late_old_file_is_superseded_the_moment_it_comes(door: Door) -> None:
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,newer,2026-02-01T09:00:00Z")
    door.night()
    door.delivers("desk_b.csv", "T1,2026-02-01T08:00:00Z,older,2026-02-01T08:30:00Z")
    door.night()
    assert door.states() == [("desk_a.csv", "loaded"), ("desk_b.csv", "superseded")]


def test_a_delivery_that_was_refused_replaces_nothing(door: Door) -> None:
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,one,")
    door.night()
    door.delivers("desk_b.csv", "T1,2026-02-01T08:00:00Z,newer,")
    land_exports(door.warehouse.loader_url, door.landing, as_of=FIRST, run_id="refused later")
    door.warehouse.query(
        "update ops.delivery set state = 'refused', rows_loaded = 0, rows_quarantined = 1 where delivery_id = 2"
    )
    door.night()
    assert door.states() == [("desk_a.csv", "loaded"), ("desk_b.csv", "refused")]


def test_content_that_comes_back_under_its_name_counts_as_said_again_as_often_as_it_does(door: Door) -> None:
    for title in ("Alpha", "Beta", "Alpha", "Beta"):
        door.delivers("desk_a.csv", f"T1,2026-02-01T08:00:00Z,{title},")
        assert door.night().files_loaded == 1
        assert door.titles() == {"T1": title}
        assert door.night().files_unchanged == 1
    assert door.warehouse.query("select occurrence from ops.delivery order by delivery_id") == [(1,), (1,), (2,), (2,)]


def test_content_that_comes_back_changes_nothing_where_its_rows_say_when_they_changed(door: Door) -> None:
    older = "T1,2026-02-01T08:00:00Z,older,2026-02-01T08:30:00Z"
    newer = "T1,2026-02-01T08:00:00Z,newer,2026-02-01T09:00:00Z"
    for row in (older, newer, older):
        door.delivers("desk_a.csv", row)
        door.night()
    assert door.titles() == {"T1": "newer"}
    assert door.states()[-1] == ("desk_a.csv", "repeated")


def test_a_file_that_a_crash_left_unfinished_and_that_comes_back_later_counts_as_the_later_statement(
    door: Door,
) -> None:
    for title in ("Alpha", "Beta"):
        door.delivers("desk_a.csv", f"T1,2026-02-01T08:00:00Z,{title},")
        door.night()
    door.warehouse.query("delete from raw.tickets where _delivery_id = 1")
    door.warehouse.query("update ops.delivery set supersedes_delivery_id = null")
    door.warehouse.query("update ops.delivery set state = 'received', is_checked = false where delivery_id = 1")
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,Alpha,")
    door.night()
    assert door.titles() == {"T1": "Alpha"}


def test_a_refused_file_is_tried_again_when_its_profile_is_mended_and_only_then(door: Door) -> None:
    door.reads(delimiter=";")
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,one,")
    assert door.night().files_refused == 1
    assert door.night().files_unchanged == 1
    door.reads()
    assert door.night().files_loaded == 1
    assert door.states() == [("desk_a.csv", "refused"), ("desk_a.csv", "loaded")]
    assert door.warehouse.query("select supersedes_delivery_id from ops.delivery where delivery_id = 2") == [(1,)]


def test_a_loaded_file_is_not_loaded_again_when_its_profile_changes(door: Door) -> None:
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,one,")
    door.night()
    door.reads(null_marks=["", "?"])
    assert door.night().files_unchanged == 1


def test_a_file_that_no_profile_read_is_tried_again_when_one_does(door: Door) -> None:
    door.reads(pattern="other_*.csv")
    door.delivers("desk_a.csv", "T1,2026-02-01T08:00:00Z,one,")
    assert door.night().files_refused == 1
    door.reads()
    assert door.night().files_loaded == 1


def test_keys_that_the_newest_full_dump_leaves_out_are_listed_and_stay_as_they_are(door: Door) -> None:
    door.reads(content="full")
    door.delivers("desk_2026-02-01.csv", "T1,2026-02-01T08:00:00Z,one,", "T2,2026-02-01T08:00:00Z,two,")
    door.night()
    door.delivers("desk_2026-02-02.csv", "T1,2026-02-01T08:00:00Z,one,", "T3,2026-02-01T08:00:00Z,three,")
    door.night()
    missing = "select delivery_id, record_key, last_delivery_id, last_line from ops.missing_from_full_dump"
    assert door.warehouse.query(missing) == [(2, "desk/T2", 1, 3)]
    assert door.states() == [("desk_2026-02-01.csv", "superseded"), ("desk_2026-02-02.csv", "loaded")]
    assert door.titles() == {"T1": "one", "T2": "two", "T3": "three"}


def test_the_list_of_missing_keys_is_the_same_in_whatever_order_the_dumps_come(door: Door) -> None:
    door.reads(content="full")
    door.delivers("desk_2026-02-02.csv", "T1,2026-02-01T08:00:00Z,one,")
    door.night()
    door.delivers("desk_2026-02-01.csv", "T1,2026-02-01T08:00:00Z,one,", "T2,2026-02-01T08:00:00Z,two,")
    door.night()
    assert door.warehouse.query("select record_key from ops.missing_from_full_dump") == [("desk/T2",)]
    assert door.states() == [("desk_2026-02-02.csv", "loaded"), ("desk_2026-02-01.csv", "superseded")]


def test_a_key_whose_row_was_kept_out_is_not_missing_from_the_dump(door: Door) -> None:
    door.reads(content="full")
    door.delivers("desk_2026-02-01.csv", "T1,2026-02-01T08:00:00Z,one,")
    door.night()
    door.delivers("desk_2026-02-02.csv", "T1,yesterday,one,")
    door.night()
    assert door.warehouse.query("select record_key from ops.missing_from_full_dump") == []


CONTROL = {
    "name": "{stem}.control.json",
    "row_count": "rows",
    "sha256": "file.sha256",
    "period": {"column": "opened_at", "from": "from", "to": "to"},
}
ROWS = ("T1,2026-02-01T08:00:00Z,one,", "T2,2026-02-01T09:00:00Z,two,")


def control_says(door: Door, **changes: Any) -> None:
    content = (door.landing / "desk_a.csv").read_bytes()
    says = {
        "rows": 2,
        "file": {"sha256": hashlib.sha256(content).hexdigest()},
        "from": "2026-02-01T08:00:00Z",
        "to": "2026-02-01T09:00:00Z",
        **changes,
    }
    (door.landing / "desk_a.control.json").write_text(json.dumps(says), encoding="utf-8")


def test_a_file_that_keeps_to_its_control_file_is_loaded_and_the_control_file_is_no_delivery(door: Door) -> None:
    door.reads(control=CONTROL)
    door.delivers("desk_a.csv", *ROWS)
    control_says(door)
    report = door.night()
    assert (report.files_loaded, report.files_skipped) == (1, 1)
    assert "desk_a.control.json: left alone, control file of desk_a.csv" in door.lines
    assert door.warehouse.query("select control_file from ops.delivery") == [("desk_a.control.json",)]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"rows": 3}, "rows, as control file desk_a.control.json has it; expected 3; found 2"),
        ({"file": {"sha256": "0" * 64}}, "SHA-256, as control file"),
        ({"from": "2026-02-01T08:30:00Z"}, "opened_at, as control file desk_a.control.json has it; expected >="),
        ({"to": "2026-02-01T08:30:00Z"}, "opened_at, as control file desk_a.control.json has it; expected <="),
        ({"to": "soon"}, "control file desk_a.control.json, to; expected an instant; found soon"),
        ({"rows": ""}, "control file desk_a.control.json; expected a value under rows; found none"),
    ],
    ids=["rows", "hash", "too early", "too late", "no instant", "silent"],
)
def test_a_file_that_differs_from_its_control_file_is_refused_and_tried_again_when_that_is_mended(
    door: Door, wrong: dict[str, Any], reason: str
) -> None:
    door.reads(control=CONTROL)
    door.delivers("desk_a.csv", *ROWS)
    control_says(door, **wrong)
    door.night()
    ((state, said, rows),) = door.warehouse.query("select state, reason, rows_in_file from ops.delivery")
    assert (state, rows) == ("refused", 0)
    assert reason in said
    assert door.warehouse.query("select count(*) from raw.tickets") == [(0,)]
    assert door.night().files_unchanged == 1
    control_says(door)
    assert door.night().files_loaded == 1


def test_reading_a_refused_file_again_does_not_get_it_past_its_control_file(door: Door) -> None:
    door.reads(control=CONTROL)
    door.delivers("desk_a.csv", *ROWS)
    control_says(door, rows=3)
    door.night()
    run = folder.prepare_run(FIRST, "steward", UnpackLimits(), BadRowLimits(), KEEP_EVERYTHING)
    (file,) = [found for found in take_inventory(door.landing) if found.relative_path == "desk_a.csv"]
    assert isinstance(file, LandedFile)
    with session(door.warehouse.loader_url) as connection:
        (refused,) = reread(connection, run, lambda cursor, sha256, path: file, Selection())
        assert "rows, as control file desk_a.control.json has it; expected 3; found 2" in str(refused.problem)
        control_says(door)
        (loaded,) = reread(connection, run, lambda cursor, sha256, path: file, Selection())
    assert loaded.is_kept
    assert door.night().files_unchanged == 1


def test_a_sum_in_a_control_file_is_of_every_row_delivered(door: Door) -> None:
    fees = {
        "pattern": "fees_*.csv",
        "entity": "fees",
        "exported_at": None,
        "control": {"name": "{name}.ctl", "format": "key_value", "sums": {"fee_amount": "TOTAL"}},
    }
    door.reads(**fees)
    header = "contract_id,service_code,fee_month,fee_amount,currency_code"
    door.delivers("fees_a.csv", "C1,net,2026-01,10.10,EUR", "C1,desk,2026-01,5.05,EUR", header=header)
    (door.landing / "fees_a.csv.ctl").write_text("TOTAL: 15.16\n", encoding="utf-8")
    door.night()
    ((reason,),) = door.warehouse.query("select reason from ops.delivery")
    assert "the sum of fee_amount" in reason
    assert "expected 15.16; found 15.15" in reason
    (door.landing / "fees_a.csv.ctl").write_text("TOTAL=15.15\n", encoding="utf-8")
    assert door.night().files_loaded == 1


def test_a_trailer_is_no_row_and_a_file_cut_off_before_it_is_refused(door: Door) -> None:
    door.reads(control={"trailer": r"END;(?P<rows>\d+)", "row_count": "rows"})
    door.delivers("desk_a.csv", *ROWS, "END;2")
    door.delivers("desk_b.csv", *ROWS, "T3,2026-02-01T09:00:00Z,three,", "END;2")
    door.delivers("desk_c.csv", *ROWS, "T4,2026-02-01T09:00:00Z,four,")
    door.night()
    rows = door.warehouse.query("select relative_path, state, rows_in_file, reason from ops.delivery order by 1")
    assert rows[0] == ("desk_a.csv", "loaded", 2, None)
    assert [row[:3] for row in rows[1:]] == [("desk_b.csv", "refused", 0), ("desk_c.csv", "refused", 0)]
    assert "rows, as control file (the last line) has it; expected 2; found 3" in rows[1][3]
    assert "the last line; expected a trailer" in rows[2][3]


def test_a_file_waits_for_its_control_file_until_the_deadline_and_is_refused_then(door: Door) -> None:
    door.reads(control={**CONTROL, "wait_hours": 24})
    door.delivers("desk_a.csv", *ROWS)
    assert door.night().files_skipped == 1
    until = "waits for its control file desk_a.control.json until 2026-02-03 02:00 UTC"
    assert door.lines == [f"desk_a.csv: left alone, {until}"]
    assert door.warehouse.query("select waits_for, reason_code, waiting_since from ops.waiting_file") == [
        ("desk_a.control.json", "control_file_missing", FIRST)
    ]
    assert door.night().files_refused == 1
    assert door.warehouse.query("select count(*) from ops.waiting_file") == [(0,)]
    control_says(door)
    assert door.night().files_loaded == 1


def test_by_setting_a_file_without_its_control_file_is_taken_as_it_is(door: Door) -> None:
    door.reads(control={**CONTROL, "when_missing": "accept"})
    door.delivers("desk_a.csv", *ROWS)
    assert door.night().files_loaded == 1


def test_a_control_file_without_its_data_file_is_reported_until_that_comes(door: Door) -> None:
    door.reads(control={**CONTROL, "name": "{name}.ctl", "sha256": None, "period": None})
    (door.landing / "desk_a.csv.ctl").write_text('{"rows": 2}', encoding="utf-8")
    (door.landing / "desk_b.csv").write_text("", encoding="utf-8")
    door.night()
    waiting = "select relative_path, reason_code from ops.waiting_file order by 1"
    assert door.warehouse.query(waiting) == [
        ("desk_a.csv.ctl", "data_file_missing"),
        ("desk_b.csv", "control_file_missing"),
    ]
    (door.landing / "desk_b.csv").unlink()
    door.delivers("desk_a.csv", *ROWS)
    assert door.night().files_loaded == 1
    assert door.warehouse.query(waiting) == []


def expects(door: Door, **changes: Any) -> None:
    """A delivery a day by 01:30 UTC; nights run at 02:00."""
    delivery = {"entity": "tickets", "by": "02:30", "zone": "Europe/Berlin", "valid_from": "2026-01-01", **changes}
    door.expected = (ExpectedFrom.model_validate({"name": "desk", "profile": "desk", "deliveries": [delivery]}),)


def found_states(door: Door) -> list[tuple[str, str]]:
    return door.warehouse.query(
        "select to_char(as_of, 'MM-DD') || ' of ' || to_char(slot_date, 'MM-DD'), state_code"
        " from ops.expected_delivery order by as_of, slot_date, state_code"
    )


def test_each_night_says_of_each_expected_delivery_whether_it_came(door: Door) -> None:
    expects(door, name_days=1)
    door.delivers("desk_2026-02-01.csv", *ROWS)
    door.night()
    door.night()
    assert "desk.tickets of 2026-02-03: missing, expected 1 by 2026-02-03 02:30 CET, found 0" in door.lines
    door.delivers("desk_2026-02-02.csv", *ROWS)
    door.delivers("desk_2026-02-03.csv", *ROWS, "T3,2026-02-03T09:00:00Z,three,")
    door.night()
    assert found_states(door) == [
        ("02-02 of 02-02", "on_time"),
        ("02-03 of 02-03", "missing"),
        ("02-04 of 02-03", "late"),
        ("02-04 of 02-04", "on_time"),
    ]


def test_a_file_written_anew_with_the_same_content_has_come_and_one_left_lying_has_not(door: Door) -> None:
    expects(door)
    door.delivers("desk_a.csv", *ROWS)
    door.night()
    os.utime(door.landing / "desk_a.csv", ns=(1, 1))
    door.night()
    door.night()
    assert [state for _, state in found_states(door)] == ["on_time", "on_time", "missing"]


def test_a_refused_delivery_has_not_come(door: Door) -> None:
    expects(door)
    door.delivers("desk_a.csv", header="nonsense")
    door.night()
    assert found_states(door) == [("02-02 of 02-02", "missing")]
    assert any("found 0, refused: desk_a.csv" in line for line in door.lines), door.lines


def test_two_different_files_for_one_deadline_are_doubled_and_a_correction_is_not(door: Door) -> None:
    expects(door)
    door.delivers("desk_a.csv", *ROWS)
    door.delivers("desk_b.csv", *ROWS, "T3,2026-02-01T09:00:00Z,three,")
    door.night()
    assert [state for _, state in found_states(door)] == ["doubled", "on_time"]
    door.delivers("desk_c.csv", *ROWS, "T4,2026-02-01T09:00:00Z,four,")
    door.night()
    door.delivers("desk_c.csv", *ROWS, "T4,2026-02-01T09:00:00Z,corrected,")
    door.nights -= 1
    door.night()
    assert found_states(door)[2:] == [("02-03 of 02-03", "on_time")]


def test_a_delivery_far_smaller_than_usual_is_shrunken(door: Door) -> None:
    expects(door, shrunken={"ratio": 0.5, "deliveries": 3})
    for night in range(3):
        door.delivers(f"desk_{night}.csv", *(f"T{number},2026-02-0{night + 1}T08:00:00Z,x," for number in range(10)))
        door.night()
    door.delivers("desk_3.csv", *ROWS)
    door.night()
    assert found_states(door)[-2:] == [("02-05 of 02-05", "on_time"), ("02-05 of 02-05", "shrunken")]


def test_a_full_dump_with_nothing_new_and_content_without_recent_changes_are_stale(door: Door) -> None:
    door.reads(content="full")
    expects(door, stale={"hours": 48})
    row = "T1,2026-02-01T08:00:00Z,one,2026-02-0{}T08:00:00Z"
    door.delivers("desk_2026-02-02.csv", row.format(1))
    door.night()
    door.delivers("desk_2026-02-03.csv", row.format(1))
    door.night()
    door.delivers("desk_2026-02-04.csv", row.format(1).replace("one", "two"))
    door.night()
    assert [state for _, state in found_states(door)] == ["on_time", "on_time", "stale", "on_time", "stale"]


def test_judging_the_expected_deliveries_of_a_night_again_says_the_same(door: Door) -> None:
    expects(door)
    door.night()
    first = door.warehouse.query("select * from ops.expected_delivery")
    door.nights -= 1
    door.night()
    assert [row[:9] for row in first] == [
        row[:9] for row in door.warehouse.query("select * from ops.expected_delivery")
    ]
