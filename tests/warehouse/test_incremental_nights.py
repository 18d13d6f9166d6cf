"""Nights with dbt in slots that keep their tables: what the models are told, and that a full build says the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.database import session
from supplier_sla.warehouse.publish import publish
from supplier_sla.warehouse.slots import choose_slot
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import Rows, build, build_and_publish, land, night, write_exports
from tests.support.register import event, register, service_level, ticket

FIRST, SECOND, THIRD = utc("2026-03-10 12:00"), utc("2026-03-11 12:00"), utc("2026-03-12 12:00")

NO_CLOCK = dict.fromkeys(
    ("start_event", "stop_event", "pause_states", "target_unit", "target_value", "calendar_id"), ""
)


def _solved(ticket_id: str, day: str) -> dict[str, Any]:
    """Opened at nine, resolved an hour later."""
    return ticket(ticket_id, f"2026-03-{day}T09:00:00Z", resolved_at=f"2026-03-{day}T10:00:00Z")


def _excused(exclusion_id: str, day: str, **changes: str) -> dict[str, Any]:
    """Everything that starts on a day."""
    return {
        "exclusion_id": exclusion_id, "reason_code": "force_majeure", "window_effect": "excuses_tickets",
        "excluded_from": f"2026-03-{day}T00:00:00Z", "excluded_to": f"2026-03-{day}T23:00:00Z", "approved_by": "manager",
        "requested_by": "supplier", "decided_at": "2026-03-01T00:00:00Z", **changes,
    }  # fmt: skip


def _answer(response_id: str, score: str) -> dict[str, Any]:
    return {
        "response_id": response_id, "question_code": "overall", "supplier_id": "S1", "answered_at": "2026-03-09T10:00:00Z",
        "score": score, "scale_min": "1", "scale_max": "5",
    }  # fmt: skip


def _value(start: str, end: str, value: str) -> dict[str, Any]:
    window = {"measured_from": f"2026-03-{start}T00:00:00Z", "measured_to": f"2026-03-{end}T00:00:00Z"}
    return {"service_level_id": "UP", **window, "measured_value": value}


FIRST_EXPORTS: dict[str, Rows] = {
    **register(
        service_levels=[
            service_level("RES"),
            service_level("RESP", stop_event="responded", target_value="60"),
            service_level("ASKED", **{**NO_CLOCK, "measure_kind": "survey"}),
            service_level("UP", **{**NO_CLOCK, "measure_kind": "measured_value"}),
        ]
    ),
    "survey_responses": [_answer("R1", "5")],
    "service_measurements": [_value("01", "09", "1")],
    "exclusions": [_excused("EX-moves", "03", service_level_id="RES")],
    # Known from the third night on.
    "decisions": [
        {
            "decision_id": "D-1", "decision_kind": "ruling", "contract_id": "C1", "ticket_id": "ruled", "outcome_code": "reversed",
            "decided_by": "arbiter", "decided_at": "2026-03-11T18:00:00Z",
        }
    ],
    "tickets": [
        ticket("solved", "2026-03-09T09:00:00Z", resolved_at="2026-03-09T11:00:00Z"),
        ticket("still open", "2026-03-10T09:00:00Z"),
        ticket("reopened later", "2026-03-09T09:00:00Z", resolved_at="2026-03-09T10:00:00Z"),
        _solved("no longer excused", "03"),
        _solved("now excused", "04"),
        _solved("in the flood", "05"),
        _solved("ruled", "06"),
        # Both rest; who paused and who was called is heard of later.
        _solved("paused", "09"),
        _solved("paused after a call", "09"),
        # Nobody's: no clock runs, and yet it is open for longer each night and comes to be late.
        ticket("open at nobody's", "2026-03-09T09:00:00Z", work_centre_id="WC9", promised_at="2026-03-11T20:00:00Z"),
    ],
    "ticket_events": [
        event(ticket_id, f"2026-03-09T09:{minute}:00Z", kind, state_code=state, actor_id="agent-1")
        for ticket_id in ("paused", "paused after a call")
        for minute, kind, state in (("10", "state_changed", "waiting_customer"), ("50", "resumed", ""))
    ],
}  # fmt: skip
SECOND_EXPORTS: dict[str, Rows] = {
    "tickets": [ticket("of the second night", "2026-03-11T09:00:00Z", resolved_at="2026-03-11T09:30:00Z")],
}
THIRD_EXPORTS: dict[str, Rows] = {
    "tickets": [ticket("of the third night", "2026-03-12T09:00:00Z", resolved_at="2026-03-12T11:59:00Z")],
    "ticket_events": [
        event("reopened later", "2026-03-12T09:00:00Z", "reopened", state_code="open"),
        event("reopened later", "2026-03-12T10:00:00Z", "resolved", state_code="resolved"),
    ],
    "exclusions": [_excused("EX-moves", "04", service_level_id="RES"), _excused("EX-flood", "05", contract_id="C1")],
    "survey_responses": [_answer("R2", "1")],
    "service_measurements": [_value("05", "12", "0.5")],
    "actors": [{"actor_id": "agent-1", "party_code": "supplier", "supplier_id": "S1", "valid_from": "2026-01-01"}],
    "contacts": [{"contact_id": "K1", "ticket_id": "paused after a call", "contacted_at": "2026-03-09T09:20:00Z"}],
    "holding_parties": [{"state_code": "in_progress", "party_code": "other", "valid_from": "2026-01-01"}],
}
STAGING_VIEWS = "select relname, oid from pg_class where relkind = 'v' and relnamespace = 'staging_blue'::regnamespace"
Answer = list[tuple]

TOUCHED = "select split_part(ticket_key, '/', 2) from intermediate_blue.int_ticket__changed order by 1"
EXCUSED = "select ticket_id, service_level_id, exclusion_id from marts.fct_ticket_sla where status_code = 'excused' order by 1, 2"
MEASURED = (
    "select service_level_id, measured_count, attained_quantity from marts.fct_service_level_period"
    " where measure_kind <> 'ticket_clock' and period_month = '2026-03-01' order by 1"
)
QUESTIONS = "select ticket_id, question_code from marts.qc_pause_question order by 1, 2"
NOBODYS = (
    "select open_seconds, overdue_seconds from marts.rpt_time_held"
    " join marts.rpt_work_order_completion using (supplier_id) where supplier_id = 'unknown'"
)


@dataclass(frozen=True)
class ThirdNight:
    """The third night: what the models were told, views made anew, the marts after an incremental and a full build of it."""

    new_by_delivery: Answer
    run: Answer
    new_views: Answer
    touched: Answer
    excused: Answer
    measured: Answer
    questions: Answer
    nobodys: Answer
    incremental_marts: dict[str, str]
    full_marts: dict[str, str]


@pytest.fixture(scope="module")
def third_night(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThirdNight]:
    home = tmp_path_factory.mktemp("nights")
    with another_warehouse(template_database, "incremental_nights") as warehouse:
        night(warehouse, home, FIRST_EXPORTS, FIRST)
        # Only so that the third night finds another slot in use.
        night(warehouse, home, SECOND_EXPORTS, SECOND, marts=["fct_ticket"])
        told = _incremental_night(warehouse, home)
        incremental_marts = _marts_digest(warehouse)
        assert build_and_publish(warehouse, home, THIRD, full_refresh=True).ledger_lines_posted == 0
        yield ThirdNight(*told, incremental_marts, _marts_digest(warehouse))


def _incremental_night(
    warehouse: Warehouse, home: Path
) -> tuple[Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer]:
    write_exports(home / "landing", THIRD_EXPORTS)
    land(warehouse, home / "landing", THIRD)
    with session(warehouse.transformer_url) as connection:
        choice = choose_slot(connection, as_of=THIRD, run_id="third", fingerprint="test")
        assert (choice.slot, choice.is_incremental) == ("marts_blue", True), choice.reason
        # The views of the first night are still there, and speak of tonight.
        told = (
            warehouse.query(
                "select entity, count(*) filter (where is_new), count(*) from staging_blue.stg_ops__accepted_deliveries"
                " group by entity order by entity"
            ),
            warehouse.query("select as_of, built_as_of from staging_blue.stg_ops__run"),
        )
        views = set(warehouse.query(STAGING_VIEWS))
        build(warehouse, home, "marts_blue")
        publish(connection, slot="marts_blue", run_id="third")
    new_views = sorted(set(warehouse.query(STAGING_VIEWS)) - views)
    measured = warehouse.query(TOUCHED), warehouse.query(EXCUSED), warehouse.query(MEASURED)
    return *told, new_views, *measured, warehouse.query(QUESTIONS), warehouse.query(NOBODYS)


def _marts_digest(warehouse: Warehouse) -> dict[str, str]:
    """One hash per readers' table over all its rows in a fixed order."""
    views = warehouse.query("select viewname from pg_views where schemaname = 'marts' order by 1")
    digest = "select coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') from marts.{} as t"
    return {view: warehouse.query(digest.format(view))[0][0] for (view,) in views}


def test_the_models_of_an_incremental_build_are_told_which_deliveries_are_new_to_the_slot(
    third_night: ThirdNight,
) -> None:
    register_entities = ["calendars", "contracts", "decisions", "service_levels", "suppliers", "work_centres"]
    delivered_again = ["exclusions", "service_measurements", "survey_responses", "ticket_events"]
    first_delivered = ["actors", "contacts", "holding_parties"]
    assert third_night.new_by_delivery == sorted(
        [
            *((entity, 0, 1) for entity in register_entities),
            *((entity, 1, 2) for entity in delivered_again),
            *((entity, 1, 1) for entity in first_delivered),
            ("tickets", 2, 3),
        ]
    )


def test_the_models_of_an_incremental_build_are_told_for_when_the_slot_was_built_last(third_night: ThirdNight) -> None:
    assert third_night.run == [(THIRD, FIRST)]


def test_an_incremental_and_a_full_build_of_the_same_night_give_the_same_bytes(third_night: ThirdNight) -> None:
    assert third_night.incremental_marts["fct_ticket_sla"] != ""
    assert third_night.incremental_marts == third_night.full_marts


def test_windows_and_rulings_touch_the_tickets_they_are_about_and_no_other(third_night: ThirdNight) -> None:
    """Of the windows those of then and of now, of the ruling the one that came of age; `solved` rests."""
    of_windows_and_rulings = ["in the flood", "no longer excused", "now excused", "ruled"]
    of_the_nights = ["of the second night", "of the third night", "reopened later", "still open"]
    assert third_night.touched == [(one,) for one in sorted([*of_windows_and_rulings, *of_the_nights])]
    assert third_night.excused == [
        ("in the flood", "RES", "EX-flood"),
        ("in the flood", "RESP", "EX-flood"),
        ("now excused", "RES", "EX-moves"),
        ("ruled", "RES", "decision/D-1"),
        ("ruled", "RESP", "decision/D-1"),
    ]


def test_what_is_heard_later_of_pauses_counts_though_their_tickets_rest(third_night: ThirdNight) -> None:
    assert third_night.questions == [
        ("paused", "paused_by_party_that_gains"),
        ("paused", "paused_nobody_asked"),
        ("paused after a call", "paused_by_party_that_gains"),
    ]
    # Opened on the 9th at nine, three days and three hours ago; promised for the 11th, 20:00.
    assert third_night.nobodys == [((3 * 24 + 3) * 3600, 16 * 3600)]


def test_answers_and_values_of_the_night_count_with_those_before(third_night: ThirdNight) -> None:
    """Of two answers one is satisfied; four days at 1 and, delivered later, seven at 0.5 less the 23 hours excluded."""
    hours = 4 * 24 + Decimal("0.5") * (7 * 24 - 23)
    assert third_night.measured == [("ASKED", 2, Decimal(1)), ("UP", 2, hours * 3600)]


def test_an_incremental_build_keeps_the_views_of_its_slot(third_night: ThirdNight) -> None:
    """Two threads that replace views on which a third one depends would block each other."""
    assert not third_night.new_views
