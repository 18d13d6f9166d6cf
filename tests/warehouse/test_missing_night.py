"""A night on which the ticketing tool delivered nothing: it improves nobody's attainment and is said to be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.expected.expectation import ExpectedFrom
from supplier_sla.landing.book.after_judgement import bring_book_up_to_date
from supplier_sla.night.summary import FilesSeen, night_summary
from supplier_sla.settings import Settings
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import build_and_publish, land, write_exports
from tests.support.register import register, service_level, ticket

FIRST, SECOND = utc("2026-03-10 12:00"), utc("2026-03-11 12:00")
TICKETS = ExpectedFrom.model_validate(
    {
        "name": "desk",
        "profile": "canonical",
        "deliveries": [{"entity": "tickets", "by": "04:00", "zone": "UTC", "valid_from": "2026-03-01"}],
    }
)
PERIOD = (
    "select period_month::text, met_count, breached_count, running_count, round(100 * attainment_ratio)::integer, delivered_as_of,"
    " is_on_overdue_delivery from marts.fct_service_level_period"
    " where period_month >= '2026-02-01' order by period_month"
)
STATUSES = "select ticket_id, status_code from marts.fct_ticket_sla order by ticket_id"
SOURCE = "select source_system, _delivery_id, delivered_as_of, is_overdue, overdue_since from marts.dim_source_delivery"
EXPECTED = (
    "select as_of, slot_date::text, state_code, state_name_zh, is_newest from marts.qc_expected_delivery order by as_of"
)


@dataclass(frozen=True)
class Nights:
    """What readers saw after the first night, and after the second without a ticket file."""

    first: dict[str, list[tuple]]
    second: dict[str, list[tuple]]
    summary: list[str]


@pytest.fixture(scope="module")
def nights(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = tmp_path_factory.mktemp("missing_night")
    with another_warehouse(template_database, "missing_night") as warehouse:
        write_exports(
            home / "landing",
            {
                **register(service_levels=[service_level(target_unit="calendar_minutes", calendar_id="")]),
                "tickets": [
                    ticket("met long ago", "2026-02-09T09:00:00Z", resolved_at="2026-02-09T10:00:00Z"),
                    ticket("met", "2026-03-09T09:00:00Z", resolved_at="2026-03-09T10:00:00Z"),
                    ticket("past due", "2026-03-09T09:00:00Z"),
                    ticket("running", "2026-03-10T09:00:00Z"),
                ],
            },
        )
        first = _night(warehouse, home, FIRST)
        (home / "landing" / "tickets.csv").unlink()
        second = _night(warehouse, home, SECOND)
        yield Nights(first, second, _summary(warehouse, home, f"night of {SECOND:%d}"))


def _night(warehouse: Warehouse, home: Path, as_of: datetime) -> dict[str, list[tuple]]:
    land(warehouse, home / "landing", as_of)
    with session(warehouse.loader_url) as connection:
        bring_book_up_to_date(connection, expected=[TICKETS], as_of=as_of, run_id=f"night of {as_of:%d}")
    build_and_publish(warehouse, home, as_of)
    return _seen(warehouse)


def _summary(warehouse: Warehouse, home: Path, run_id: str) -> list[str]:
    settings = Settings(
        home=home,
        landing=home / "landing",
        outbox=home / "outbox",
        loader_url=warehouse.loader_url,
        transformer_url=warehouse.transformer_url,
        bi_reader_url=warehouse.bi_reader_url,
    )
    return night_summary(settings, ingest_run_id=run_id, files=FilesSeen(0, 5, 0), passfile=home / "passfile")


def _seen(warehouse: Warehouse) -> dict[str, list[tuple]]:
    questions = {"periods": PERIOD, "statuses": STATUSES, "source": SOURCE, "expected": EXPECTED}
    return {name: warehouse.query(question) for name, question in questions.items()}


def test_running_tickets_become_breached_when_a_night_brings_no_word_of_them(nights: Nights) -> None:
    assert dict(nights.first["statuses"])["running"] == "running"
    assert dict(nights.second["statuses"]) == {
        "met": "met",
        "met long ago": "met",
        "past due": "running_past_due",
        "running": "running_past_due",
    }


def test_a_missing_night_does_not_raise_attainment_and_its_month_stands_on_an_overdue_delivery(nights: Nights) -> None:
    assert [row[:5] for row in nights.first["periods"]] == [
        ("2026-02-01", 1, 0, 0, 100),
        ("2026-03-01", 1, 1, 1, 50),
    ]
    assert [row[1:5] for row in nights.second["periods"]][1] == (1, 2, 0, 33)
    assert [row[5:] for row in nights.first["periods"]] == [(FIRST, False), (FIRST, False)]
    assert [row[5:] for row in nights.second["periods"]] == [(FIRST, False), (FIRST, True)]


def test_facts_say_by_their_tool_as_of_which_delivery_they_stand(nights: Nights) -> None:
    ((source, delivery, delivered_as_of, is_overdue, _),) = nights.first["source"]
    assert (source, delivered_as_of, is_overdue) == ("canonical", FIRST, False)
    assert nights.second["source"] == [("canonical", delivery, FIRST, True, utc("2026-03-11 04:00"))]


def test_readers_see_night_by_night_what_was_expected_and_what_came(nights: Nights) -> None:
    assert nights.second["expected"] == [
        (FIRST, "2026-03-10", "on_time", "准时", False),
        (SECOND, "2026-03-11", "missing", "缺失", True),
    ]


def test_the_summary_of_the_night_names_what_is_missing(nights: Nights) -> None:
    assert "  expected   1 deliveries, 0 on time" in nights.summary
    assert "  missing    desk.tickets of 2026-03-11: expected 1 by 2026-03-11 04:00 UTC, found 0" in nights.summary
