"""The landing door against a real PostgreSQL: nothing lost, nothing counted twice, nothing silently wrong."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from supplier_sla.landing import LandingBusy, LandingFailed, LandingReport, folder, land_exports, letting_in, load
from supplier_sla.landing.outcome import Counts
from tests.conftest import Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

SUPPLIERS_HEADER = "supplier_id,supplier_name,valid_from,updated_at"

Land = Callable[..., LandingReport]


@pytest.fixture
def land(warehouse: Warehouse, landing: Path) -> Land:
    """Land the folder as one night; every delivery must conserve its rows, whatever the test is about."""

    def land_night(run_id: str = "night", report: Callable[[str], None] = lambda line: None) -> LandingReport:
        result = land_exports(warehouse.loader_url, landing, as_of=AS_OF, run_id=run_id, report=report)
        assert_conserved(warehouse)
        return result

    return land_night


def assert_conserved(warehouse: Warehouse) -> None:
    """The counts of each delivery, counted again from the tables; and every loaded entity's rows exist in raw."""
    for delivery_id, entity, in_file, loaded, quarantined, repeated in warehouse.query(
        """
        select delivery_id, entity, rows_in_file, rows_loaded, rows_quarantined, rows_repeated
        from ops.delivery
        where state in ('loaded', 'partly_loaded')
        """
    ):
        assert in_file == loaded + quarantined + repeated
        ((in_raw,),) = warehouse.query(f"select count(*) from raw.{entity} where _delivery_id = %s", (delivery_id,))
        ((in_quarantine,),) = warehouse.query(
            "select count(distinct line) from ops.quarantined_row where delivery_id = %s", (delivery_id,)
        )
        assert (in_raw, in_quarantine) == (loaded, quarantined)


def suppliers(*rows: str) -> str:
    return "\n".join([SUPPLIERS_HEADER, *rows, ""])


def states(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.query("select relative_path, state from ops.delivery"))


def problems(warehouse: Warehouse) -> list[tuple]:
    return warehouse.query("select line, column_name, reason_code from ops.quarantined_row order by quarantine_id")


def newest_supplier_names(warehouse: Warehouse) -> list[str]:
    rows = warehouse.query(
        """
        select distinct on (supplier_id, valid_from) supplier_name
        from raw.suppliers
        order by supplier_id, valid_from, _version_at desc nulls last, _delivery_id desc, _line desc
        """
    )
    return [name for (name,) in rows]


def test_good_rows_load_and_bad_rows_are_quarantined_with_line_column_value_and_reason(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "tickets.csv").write_bytes(
        b"source_system,ticket_id,opened_at,source_verdict,site\r\n"
        b"desk,T1,2026-01-05T09:12:44Z,met,Berlin\r\n"
        b"desk,T2,2026-01-05 09:12:44,late,Berlin\r\n"
        b"desk,,infinity,met,\r\n"
        b"desk,T4\r\n"
        b"\r\n"
        b"desk,T5,2026-01-05T09:12:44+01,,\xff\r\n"
        b"desk,T6,2026-02-30T09:12:44Z,,\r\n"
        b",T7,2026-01-05T09:12:44.123456+01:00,,\r\n"
    )
    result = land()
    assert result.rows == Counts(rows_in_file=7, rows_loaded=2, rows_quarantined=5)
    assert (result.files_partly_loaded, result.files_delivered) == (1, 1)
    assert problems(warehouse) == [
        (3, "opened_at", "wrong_type"),
        (3, "source_verdict", "value_not_allowed"),
        (4, "ticket_id", "missing_value"),
        (4, "opened_at", "wrong_type"),
        (5, None, "wrong_field_count"),
        (7, "site", "undecodable_bytes"),
        (8, "opened_at", "wrong_type"),
    ]
    ((value_found, expected, record, as_of),) = warehouse.query(
        "select value_found, expected, record, as_of from ops.quarantined_row where column_name = 'source_verdict'"
    )
    assert (value_found, expected, as_of) == ("late", "one of met, breached", AS_OF)
    assert record["ticket_id"] == "T2"
    assert record["_extra"] == {"site": "Berlin"}
    assert warehouse.query("select ticket_key, opened_at, _extra, _line, _version_at from raw.tickets order by 4") == [
        ("desk/T1", "2026-01-05T09:12:44Z", {"site": "Berlin"}, 2, None),
        ("canonical/T7", "2026-01-05T09:12:44.123456+01:00", None, 9, None),
    ]
    assert warehouse.query("select extra_columns, run_id, as_of from ops.delivery") == [(["site"], "night", AS_OF)]


def test_every_entity_takes_its_own_example_and_refuses_no_row_of_it(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    contracts = folder.load_contracts()
    for contract in contracts.values():
        with (landing / f"{contract.entity}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(column.name for column in contract.columns)
            writer.writerow(column.example or "" for column in contract.columns)
    result = land()
    refusals = warehouse.query("select entity, column_name, value_found, expected from ops.quarantined_row")
    # One example row cannot fill what only another kind of penalty needs.
    assert [refusal for refusal in refusals if refusal[0] != "penalty_terms"] == []
    assert result.files_delivered == len(contracts)
    assert result.files_refused == 0


# (entity, column, a value that is just good enough, one that is not)
WELL_FORMED_AND_NOT = [
    ("tickets", "source_system", "desk_1.a-b", "desk/1"),
    ("tickets", "opened_at", "2026-01-05 09:12+0100", "now"),
    ("tickets", "assigned_at", "2026-01-05T09:12:44Z", "2026-01-05T25:12:44Z"),
    ("tickets", "closed_at", "2026-01-05T09:12:44.1-05:30", "2026-01-05T09:12:44.1234567Z"),
    ("contracts", "valid_from", "2024-02-29", "2023-02-29"),
    ("fees", "fee_month", "2026-12", "2026-13"),
    ("ticket_events", "event_number", "0", "1.0"),
    ("ticket_events", "event_number", "2147483647", "2147483648"),
    ("fees", "fee_amount", "0.5", "1e3"),
    ("fees", "fee_amount", "0", "-1"),
    ("penalty_terms", "rounding_digits", "2", "3"),
    ("service_levels", "attainment_target", "1.000", "1.01"),
    ("contracts", "time_zone", "Asia/Shanghai", "CET+1"),
    ("contracts", "currency_code", "CNY", "Yuan"),
    ("calendars", "monday", "08:00-12:00;13:00-24:00", "8-17"),
    ("calendars", "monday", "22:00-06:00", "08:00-12:00;11:59-13:00"),
    ("calendars", "monday", "13:00-17:00;08:00-13:00", "20:00-06:00;23:00-24:00"),
    ("service_levels", "pause_states", "on_hold;waiting", "on_hold;;waiting"),
    ("service_levels", "start_event", "state:in_progress", "escalated"),
    ("service_levels", "start_event", "opened;commented;requester_commented;reopened", "opened;;commented"),
    ("service_levels", "stop_event", "resolved;state:x:1;closed", "resolved; closed"),
    ("service_levels", "stop_event", "responded", "state:"),
    ("service_levels", "pause_reasons", "parts_on_order", "parts on order"),
    ("service_levels", "reopen_policy", "new_cycle", "restart"),
    ("ticket_events", "event_type", "requester_commented", "requester_comment"),
    ("suppliers", "supplier_id", "x" * 500, "x" * 501),
    ("suppliers", "supplier_id", "SUP 1", "SUP\n1"),
    ("suppliers", "supplier_name", "=1+1", "   "),
]


def test_each_type_takes_what_is_well_formed_and_nothing_else(warehouse: Warehouse, landing: Path, land: Land) -> None:
    for number, (entity, column, good, bad) in enumerate(WELL_FORMED_AND_NOT):
        row = {other.name: other.example or "" for other in folder.load_contracts()[entity].columns}
        if entity == "penalty_terms":
            row["penalty_kind"] = "fixed_per_miss"
        with (landing / f"{entity}_{number:02}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, row)
            writer.writeheader()
            writer.writerows([row | {column: good}, row | {column: bad}])
    land()
    kept_out = warehouse.query(
        """
        select relative_path, line, column_name, value_found
        from ops.quarantined_row
        inner join ops.delivery using (delivery_id)
        """
    )
    assert sorted(kept_out) == sorted(
        (f"{entity}_{number:02}.csv", 3, column, bad)
        for number, (entity, column, _, bad) in enumerate(WELL_FORMED_AND_NOT)
    )


def test_a_rule_is_judged_only_where_its_columns_are_well_formed(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "survey_responses.csv").write_text(
        "response_id,question_code,answered_at,score,scale_min,scale_max\n"
        "R1,overall,2026-01-08T11:00:00Z,4,1,5\n"
        "R2,overall,2026-01-08T11:00:00Z,6,1,5\n"
        "R3,overall,2026-01-08T11:00:00Z,,1,5\n"
        "R4,overall,2026-01-08T11:00:00Z,six,1,five\n"
        "R5,overall,2026-01-08T11:00:00Z,3,5,1\n"
    )
    land()
    assert problems(warehouse) == [
        (3, "score", "score_lies_on_its_scale"),
        (5, "score", "wrong_type"),
        (5, "scale_max", "wrong_type"),
        (6, "scale_max", "scale_is_a_range"),
        (6, "score", "score_lies_on_its_scale"),
    ]


def test_a_service_level_in_working_days_has_a_calendar_and_whole_days(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "service_levels.csv").write_text(
        "service_level_id,contract_id,metric_code,start_event,stop_event,valid_from,target_unit,target_value,calendar_id\n"
        + "".join(
            f"L{number},C1,resolution_time,opened,resolved,2024-01-01,{target}\n"
            for number, target in enumerate(
                [
                    "working_days,0,CAL",
                    "working_days,3.0,CAL",
                    "working_days,2.5,CAL",
                    "working_days,10001,CAL",
                    "working_days,,CAL",
                    "working_days,3,",
                    "business_minutes,2.5,",
                    "calendar_minutes,2.5,",
                    "calendar_minutes,,",
                    "promised_time,,",
                ]
            )
        )
    )
    land()
    assert problems(warehouse) == [
        (4, "target_value", "working_days_are_whole_days"),
        (5, "target_value", "working_days_are_whole_days"),
        (6, "target_value", "targets_are_given"),
        (7, "calendar_id", "working_days_need_a_calendar"),
        (8, "calendar_id", "business_minutes_need_a_calendar"),
        (10, "target_value", "targets_are_given"),
    ]


def test_an_exclusion_names_what_it_excludes_and_its_window_has_a_start_before_its_end(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    monday, tuesday = "2026-02-02T00:00:00Z", "2026-02-03T00:00:00+01:00"
    (landing / "exclusions.csv").write_text(
        "exclusion_id,reason_code,contract_id,service_level_id,ticket_id,excluded_from,excluded_to\n"
        "ticket,force_majeure,,,T1,,\n"
        f"window of a ticket,force_majeure,,,T1,{monday},{tuesday}\n"
        f"window of a contract,force_majeure,C1,,,{monday},{tuesday}\n"
        f"open window of a level,force_majeure,,L1,,{monday},\n"
        f"for everybody,force_majeure,,,,{monday},{tuesday}\n"
        "for ever,force_majeure,C1,,,,\n"
        f"end without start,force_majeure,,,T1,,{tuesday}\n"
        f"turned round,force_majeure,C1,,,{tuesday},{monday}\n"
        f"empty,force_majeure,C1,,,{monday},{monday}\n"
        f"not a time,force_majeure,C1,,,{monday},Tuesday\n"
    )
    land()
    assert problems(warehouse) == [
        (6, "contract_id", "exclusion_names_what_it_excludes"),
        (7, "excluded_from", "window_without_ticket_begins"),
        (8, "excluded_from", "window_that_ends_begins"),
        (9, "excluded_to", "window_ends_after_its_start"),
        (10, "excluded_to", "window_ends_after_its_start"),
        (11, "excluded_to", "wrong_type"),
    ]
    assert warehouse.query("select ticket_key from raw.exclusions order by _line") == [
        ("canonical/T1",),
        ("canonical/T1",),
        (None,),
        (None,),
    ]


def test_a_value_that_the_profile_cannot_convert_is_one_problem(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    columns = "case_id open_date close_date target_close_date case_topic service_name assigned_team case_status on_time"
    (landing / "boston_311_today.csv").write_text(
        f"{','.join(columns.split())}\nBCS-1,2025-08-01 06:35:06.5+00,,,Topic,Service,Team,Closed,MAYBE\n"
    )
    land()
    assert warehouse.query("select line, column_name, value_found, reason_code from ops.quarantined_row") == [
        (2, "source_verdict", "MAYBE", "unknown_code")
    ]


def test_text_comes_through_unchanged(warehouse: Warehouse, landing: Path, land: Land) -> None:
    texts = [
        "=HYPERLINK(1)",
        "-1+2",
        'say "hi", twice',
        "tab\there",
        "back\\slash \\N \\.",
        "first\n\\.\nlast",
        "carriage\r\nreturn",
        "lone\rreturn",
        "'; drop table raw.tickets; --",
        "100% {braces} %s",
        "投诉 😀",
        "NULL",
        " padded ",
    ]
    for number, text in enumerate(texts):
        with (landing / f"tickets_{number:02}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["ticket_id", "opened_at", "title"], ["T", "2026-01-05T09:12:44Z", text]])
    land()
    assert [title for (title,) in warehouse.query("select title from raw.tickets order by _delivery_id")] == texts


def test_the_same_file_again_changes_nothing(warehouse: Warehouse, landing: Path, land: Land) -> None:
    (landing / "suppliers.csv").write_text(suppliers("S1,One,,", "S2,,,"))
    (landing / "notes.txt").write_text("no export")
    land()
    everything = "select (select array_agg(t) from {} as t)::text"
    tables = ("raw.suppliers", "ops.delivery", "ops.quarantined_row")
    before = [warehouse.query(everything.format(table)) for table in tables]
    second = land("next night")
    assert (second.files_unchanged, second.outcomes) == (2, ())
    assert [warehouse.query(everything.format(table)) for table in tables] == before


def test_a_copy_under_another_name_is_repeated(warehouse: Warehouse, landing: Path, land: Land) -> None:
    content = suppliers("S1,One,,", "S2,Two,,", "S3,,,")
    (landing / "suppliers_2026-01-05.csv").write_text(content)
    land()
    (landing / "suppliers_copy.csv").write_text(content)
    second = land()
    assert states(warehouse) == {"suppliers_2026-01-05.csv": "partly_loaded", "suppliers_copy.csv": "repeated"}
    assert second.rows == Counts(rows_in_file=3, rows_repeated=3)
    assert warehouse.query("select repeats_delivery_id from ops.delivery where state = 'repeated'") == [(1,)]
    assert warehouse.query("select count(*) from raw.suppliers") == [(2,)]


def test_rows_that_are_known_already_are_counted_as_repeats(warehouse: Warehouse, landing: Path, land: Land) -> None:
    known = ["S1,One,2024-01-01,", "S1,One,2025-01-01,", "S2,Two,,2026-01-05T00:00:00Z"]
    (landing / "suppliers_a.csv").write_text(suppliers(*known))
    land()
    (landing / "suppliers_b.csv").write_text(suppliers("S3,Three,,", *reversed(known), "S3,Three,,"))
    assert land().rows == Counts(rows_in_file=5, rows_loaded=1, rows_repeated=4)
    (landing / "suppliers_c.csv").write_text(suppliers("S3,Three,,", known[0]))
    assert land().files_repeated == 1


def test_a_value_that_comes_back_is_a_new_version(warehouse: Warehouse, landing: Path, land: Land) -> None:
    """A, B, A over three deliveries and within one file; the last word counts each time."""
    for night, name in enumerate(["Alpha", "Beta", "Alpha"]):
        (landing / f"suppliers_{night}.csv").write_text(suppliers(f"S1,{name},,", f"S{night + 2},Other,,"))
        land()
    assert newest_supplier_names(warehouse)[0] == "Alpha"
    (landing / "suppliers_x.csv").write_text(suppliers("S9,Alpha,,", "S9,Beta,,", "S9,Alpha,,"))
    land()
    assert newest_supplier_names(warehouse)[-1] == "Alpha"
    (landing / "suppliers_y.csv").write_text(suppliers("S9,Beta,,", "S9,Alpha,,"))
    land()
    assert newest_supplier_names(warehouse)[-1] == "Alpha"
    assert warehouse.query("select count(*) from raw.suppliers where supplier_id in ('S1', 'S9')") == [(8,)]


def test_the_same_bytes_with_a_later_date_in_the_name_say_that_it_is_so_again(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    for day, name in [("05", "Alpha"), ("07", "Alpha"), ("06", "Beta")]:
        (landing / f"suppliers_2026-01-{day}.csv").write_text(suppliers(f"S1,{name},,"))
        land()
    assert set(states(warehouse).values()) == {"loaded"}
    assert newest_supplier_names(warehouse) == ["Alpha"]


def test_a_late_file_does_not_replace_what_is_newer_in_its_source(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "suppliers_2026-01-06.csv").write_text(suppliers("S1,New,,", "S2,New,,2026-01-04T12:00:00Z"))
    land()
    (landing / "suppliers_2026-01-05.csv").write_text(suppliers("S1,Old,,", "S2,Newer,,2026-01-04T13:00:00+00:30"))
    land()
    assert newest_supplier_names(warehouse) == ["New", "Newer"]


def test_a_file_that_goes_back_to_earlier_content_is_loaded_as_a_new_statement(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    for name in ("Alpha", "Beta"):
        (landing / "suppliers.csv").write_text(suppliers(f"S1,{name},,"))
        land()
    (landing / "suppliers.csv").write_text(suppliers("S1,Alpha,,"))
    lines: list[str] = []
    assert land(report=lines.append).files_loaded == 1
    assert any("gone back" in line for line in lines)
    assert newest_supplier_names(warehouse) == ["Alpha"]
    assert land().files_unchanged == 1


def test_rows_of_a_delivery_refused_after_loading_are_no_repeats(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "suppliers_a.csv").write_text(suppliers("S1,One,,"))
    land()
    warehouse.query("update ops.delivery set state = 'refused', rows_loaded = 0, rows_quarantined = 1")
    (landing / "suppliers_b.csv").write_text(suppliers("S1,One,,", "S2,Two,,"))
    assert land().rows.rows_loaded == 2


def test_an_event_without_identifier_is_known_by_its_content(warehouse: Warehouse, landing: Path, land: Land) -> None:
    header = "source_system,ticket_id,event_id,event_at,event_type,updated_at\n"
    event = "desk,T1,,2026-01-05T10:40:00Z,paused,"
    (landing / "ticket_events_1.csv").write_text(
        f"{header}{event}2026-01-05T11:00:00Z\n{event.replace(',,', ',E1,')}\n"
    )
    (landing / "ticket_events_2.csv").write_text(f"{header}{event}2026-01-06T11:00:00Z\n")
    land()
    keys = [key for (key,) in warehouse.query("select event_key from raw.ticket_events order by _delivery_id, _line")]
    assert keys[0] == keys[2] != keys[1] == "E1"


def test_files_that_cannot_be_read_are_refused_and_the_others_go_on(
    warehouse: Warehouse, landing: Path, land: Land
) -> None:
    (landing / "contracts.csv").write_text("contract_id;supplier_id\nC1;S1\n")
    (landing / "fees.csv").write_text("contract_id,fee_month\nC1,2026-01\n")
    (landing / "calendars.csv").write_bytes(b"")
    (landing / "tickets.csv").write_text("ticket_id,opened_at,ticket_id\nT1,2026-01-05T09:12:44Z,T1\n")
    (landing / "notes.csv").write_text("a,b\n1,2\n")
    (landing / "suppliers_2026-02-30.csv").write_text(suppliers("S1,One,,"))
    (landing / "suppliers.csv").write_text(suppliers("S1,One,,"))
    result = land()
    assert (result.files_refused, result.files_loaded) == (6, 1)
    reasons = dict(warehouse.query("select relative_path, reason from ops.delivery where state = 'refused'"))
    for path, reason in {
        "contracts.csv": "check the delimiter",
        "fees.csv": "expected fee_amount, currency_code",
        "calendars.csv": "the file is empty",
        "tickets.csv": "ticket_id twice",
        "notes.csv": "no source profile reads a file of this name",
        "suppliers_2026-02-30.csv": "2026-02-30",
    }.items():
        assert reason in reasons[path]


def test_a_file_without_rows_is_loaded(warehouse: Warehouse, landing: Path, land: Land) -> None:
    (landing / "suppliers.csv").write_text(suppliers())
    assert land().files_loaded == 1
    assert states(warehouse) == {"suppliers.csv": "loaded"}


def test_a_file_of_broken_lines_only_is_quarantined(warehouse: Warehouse, landing: Path, land: Land) -> None:
    (landing / "suppliers.csv").write_text(SUPPLIERS_HEADER + "\n" + "cut off\n" * 50_000)
    assert land().rows == Counts(rows_in_file=50_000, rows_quarantined=50_000)


def test_a_night_of_one_error_tries_the_other_files_and_fails_once(
    warehouse: Warehouse, landing: Path, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    (landing / "calendars.csv").write_text("nothing that matters\n")
    (landing / "suppliers.csv").write_text(suppliers("S1,One,,"))
    right = load.plan_mapping

    def wrong_for_calendars(reading: load.Reading, header: tuple[str, ...], **found: Any) -> load.FileMapping:
        if reading.contract.entity == "calendars":
            raise ZeroDivisionError("a defect")
        return right(reading, header, **found)

    monkeypatch.setattr(load, "plan_mapping", wrong_for_calendars)
    with pytest.raises(LandingFailed, match=r"1 of 2 files failed.*calendars\.csv: ZeroDivisionError: a defect"):
        land()
    assert states(warehouse) == {"calendars.csv": "received", "suppliers.csv": "loaded"}


def test_a_loader_that_loses_a_row_rolls_back(
    warehouse: Warehouse, landing: Path, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    (landing / "suppliers.csv").write_text(suppliers("S1,One,,"))
    monkeypatch.setattr(load, "_insert_rows", lambda cursor, contract: 0)
    with pytest.raises(LandingFailed, match="rows in file = loaded"):
        land()
    assert states(warehouse) == {"suppliers.csv": "received"}


def test_a_file_that_changes_while_it_is_loaded_is_left_for_the_next_run(
    warehouse: Warehouse, landing: Path, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = landing / "suppliers.csv"
    path.write_text(suppliers("S1,One,,"))
    right = letting_in.load_delivery

    def load_while_written(*arguments: object, **options: object) -> load.Loaded:
        loaded = right(*arguments, **options)  # type: ignore[arg-type]
        path.write_text(suppliers("S1,One,,", "S2,Two,,"))
        return loaded

    monkeypatch.setattr(letting_in, "load_delivery", load_while_written)
    assert land().skipped[0].reason.startswith("changed while it was loaded")
    assert warehouse.query("select count(*) from raw.suppliers") == [(0,)]
    monkeypatch.undo()
    assert land().rows.rows_loaded == 2


@pytest.mark.parametrize("step", ["find_problems_statement", "_prepare_rows", "_insert_rows", "Loaded"])
def test_a_process_killed_while_loading_leaves_nothing_and_the_next_run_loads_all(
    warehouse: Warehouse, landing: Path, land: Land, step: str
) -> None:
    (landing / "suppliers.csv").write_text(suppliers("S1,One,,", "S2,,,"))
    script = f"""
        import os, signal, sys
        from datetime import datetime
        from pathlib import Path
        from supplier_sla.landing import land_exports, load

        right = load.{step}

        def killed_afterwards(*arguments, **options):
            right(*arguments, **options)
            os.kill(os.getpid(), signal.SIGKILL)

        load.{step} = killed_afterwards
        land_exports(sys.argv[1], Path(sys.argv[2]), as_of=datetime.fromisoformat(sys.argv[3]), run_id="killed")
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", textwrap.dedent(script), warehouse.loader_url, str(landing), AS_OF.isoformat()]
    killed = subprocess.run(command, env=environment, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert states(warehouse) == {"suppliers.csv": "received"}
    assert warehouse.query("select count(*) from raw.suppliers") == [(0,)]
    assert land().rows == Counts(rows_in_file=2, rows_loaded=1, rows_quarantined=1)
    assert warehouse.query("select delivery_id, run_id, state from ops.delivery") == [(1, "night", "partly_loaded")]


def test_a_second_landing_process_waits_and_then_says_why_it_gives_up(warehouse: Warehouse, landing: Path) -> None:
    with closing(psycopg2.connect(warehouse.loader_url)) as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", (folder.LANDING_LOCK_KEY,))
        with pytest.raises(LandingBusy, match="another process"):
            land_exports(warehouse.loader_url, landing, as_of=AS_OF, run_id="second", lock_timeout_seconds=1)


def test_the_city_of_bostons_export_loads_whole(
    warehouse: Warehouse, landing: Path, land: Land, shared_data: Path
) -> None:
    (landing / "boston_311_requests.csv").write_bytes((shared_data / "boston_311/boston_311_requests.csv").read_bytes())
    assert land().rows == Counts(rows_in_file=5_473, rows_loaded=5_473)
    counts = warehouse.query(
        """
        select
            count(*) filter (where source_verdict = 'met'),
            count(*) filter (where promised_at is null),
            count(*) filter (where resolved_at is null and closed_at is null),
            count(*) filter (where work_centre_id = '(no team)'),
            count(distinct ticket_key),
            min(opened_at)
        from raw.tickets
        where source_system = 'boston_311' and ticket_type_code = 'work_order'
        """
    )
    assert counts == [(3_339, 10, 1_377, 19, 5_473, "2025-08-01 06:35:06.539+00")]
