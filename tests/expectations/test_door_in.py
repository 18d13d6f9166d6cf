"""The door in on a real PostgreSQL: one run judges the good delivery and every offender of every suite."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import UUID

import pytest
from psycopg2.extensions import connection as Connection

from supplier_sla.database import connect, password_of
from supplier_sla.quality import DoorVerdict, LandedDelivery, check_door_in, refuse_deliveries
from tests.expectations.offender_files import Row, all_offenders, insert

if TYPE_CHECKING:
    from tests.conftest import Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)


def deliver(connection: Connection, entity: str, rows: list[Row], *, path: str, quarantined: int = 0) -> LandedDelivery:
    """Put rows into raw as the loader would have; line 1 is the header."""
    delivery = {
        "relative_path": path,
        "content_sha256": path,
        "byte_size": 1,
        "entity": entity,
        "state": "partly_loaded" if quarantined else "loaded",
        "rows_in_file": len(rows) + quarantined,
        "rows_loaded": len(rows),
        "rows_quarantined": quarantined,
        "as_of": AS_OF,
        "run_id": "test",
    }
    with connection, connection.cursor() as cursor:
        insert(cursor, "ops", "delivery", delivery)
        cursor.execute("select delivery_id from ops.delivery where relative_path = %s", (path,))
        ((delivery_id,),) = cursor.fetchall()
        for line, row in enumerate(rows, start=2):
            lineage = {"_delivery_id": delivery_id, "_line": line, "_row_hash": str(UUID(int=line))}
            insert(cursor, "raw", entity, {**row, **lineage})
    return LandedDelivery(delivery_id, entity)


def quarantine(connection: Connection, delivery: LandedDelivery, *, line: int) -> None:
    """A line that the file contract kept out, numbered by the loader and not by the identity of the table."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into ops.quarantined_row (quarantine_id, delivery_id, entity, line, expected, reason_code, as_of)"
            " overriding system value values (1, %s, %s, %s, 'a value', 'missing_value', %s)",
            (delivery.delivery_id, delivery.entity, line, AS_OF),
        )


def names(verdict: DoorVerdict) -> set[str]:
    return {failure.name for failure in verdict.failed}


def test_each_offender_breaks_its_own_expectation_and_a_good_delivery_none(
    warehouse: Warehouse, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    expected: dict[LandedDelivery, tuple[str, frozenset[str]]] = {}
    with closing(connect(warehouse.loader_url)) as connection:
        for suite in all_offenders("door_in"):
            good = deliver(connection, suite.suite, suite.good, path=f"{suite.suite}/good")
            expected[good] = (f"{suite.suite}: good rows", frozenset())
            for each in suite.offenders:
                path = f"{suite.suite}/{each.name}"
                landed = deliver(connection, suite.suite, each.rows, path=path, quarantined=each.quarantined)
                expected[landed] = (f"{suite.suite}: {each.name}", each.breaks)

    verdicts = check_door_in(warehouse.loader_url, expected, AS_OF, tmp_path)

    assert [verdict.delivery_id for verdict in verdicts] == sorted(landed.delivery_id for landed in expected)
    for verdict in verdicts:
        case, breaks = expected[LandedDelivery(verdict.delivery_id, verdict.entity)]
        with subtests.test(case):
            assert names(verdict) == breaks
            assert verdict.is_refused == any(failure.severity == "critical" for failure in verdict.failed)

    _assert_pages_are_complete_and_hold_no_password(tmp_path, warehouse)


def _assert_pages_are_complete_and_hold_no_password(docs: Path, warehouse: Warehouse) -> None:
    pages = list(docs.rglob("*.html"))
    assert docs / "index.html" in pages
    index = (docs / "door_in" / "index.html").read_text(encoding="utf-8")
    for suite in all_offenders("door_in"):
        assert f"door_in.{suite.suite}" in index
    secret = password_of(warehouse.loader_url)
    assert len(secret) >= 16
    for file in docs.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), f"{file} holds the loader's password"
    tickets = next(page for page in pages if {"validations", "tickets"} <= set(page.parts)).read_text(encoding="utf-8")
    assert "the time of day was cut off" in tickets, "pages show the reason of an expectation"
    assert "tickets/opening_times_have_minutes" in tickets, "pages name the offending file"


def test_more_deliveries_than_great_expectations_lists_are_all_judged(warehouse: Warehouse, tmp_path: Path) -> None:
    with closing(connect(warehouse.loader_url)) as connection:
        landed = [deliver(connection, "suppliers", [], path=f"suppliers/{number}") for number in range(205)]

    verdicts = check_door_in(warehouse.loader_url, landed, AS_OF, tmp_path)

    assert [names(verdict) for verdict in verdicts] == [{"delivery_has_rows"}] * 205


def test_name_of_a_file_cannot_bring_markup_into_the_pages(warehouse: Warehouse, tmp_path: Path) -> None:
    path = "a/<img src=x onerror=alert(1)> & $x ${y} %s {z}.csv"
    with closing(connect(warehouse.loader_url)) as connection:
        landed = deliver(connection, "tickets", [], path=path)

    check_door_in(warehouse.loader_url, [landed], AS_OF, tmp_path)

    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.rglob("*.html"))
    assert "<img src=x" not in pages
    assert "a/&lt;img src=x onerror=alert(1)&gt; &amp; $x ${y} %s {z}.csv" in pages


def test_pages_open_without_a_network_and_speak_both_languages(warehouse: Warehouse, tmp_path: Path) -> None:
    with closing(connect(warehouse.loader_url)) as connection:
        landed = [
            deliver(connection, "tickets", [], path="nightly/<b>tickets</b>.csv"),
            deliver(connection, "fees", [], path="fees.csv"),
        ]

    check_door_in(warehouse.loader_url, landed, AS_OF, tmp_path)

    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) == 6, "front, door, and rules and results of two suites"
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(link|script|img)\b|@import|url\(", text), f"{page.name} loads something"
        assert text.count("<style>") == 1
    door = (tmp_path / "door_in" / "index.html").read_text(encoding="utf-8")
    assert "Door in: the night&#x27;s deliveries · 入口检查：本批次的交付" in door
    assert "Tickets · 工作单" in door
    assert "delivery has rows · 交付含有数据行" in door
    assert "no data is not good service" in door, "the reason stands beside what was found"
    assert "nightly/&lt;b&gt;tickets&lt;/b&gt;.csv: rows_in_file 0" in door
    assert '<span class="critical">1</span>' in door
    for link in re.findall(r'href="([^"]+)"', door):
        assert (tmp_path / "door_in" / unquote(link)).is_file(), f"{link} leads nowhere"


def test_pages_show_the_last_run_only(warehouse: Warehouse, tmp_path: Path) -> None:
    with closing(connect(warehouse.loader_url)) as connection:
        first = deliver(connection, "tickets", [], path="tickets.csv")
        second = deliver(connection, "fees", [], path="fees.csv")

    check_door_in(warehouse.loader_url, [first], AS_OF, tmp_path)
    check_door_in(warehouse.loader_url, [second], AS_OF + timedelta(days=1), tmp_path)

    index = (tmp_path / "door_in" / "index.html").read_text(encoding="utf-8")
    assert "door_in.fees" in index
    assert "door_in.tickets" not in index
    assert not list(tmp_path.rglob("*door_in.tickets.html"))


def test_no_deliveries_and_entities_without_a_suite_need_no_run(warehouse: Warehouse, tmp_path: Path) -> None:
    assert check_door_in(warehouse.loader_url, [], AS_OF, tmp_path) == []
    assert check_door_in(warehouse.loader_url, [LandedDelivery(7, "unheard_of")], AS_OF, tmp_path) == [
        DoorVerdict(7, "unheard_of", ())
    ]
    assert list(tmp_path.iterdir()) == []


def test_refused_delivery_is_quarantined_line_by_line_and_nothing_is_lost(warehouse: Warehouse, tmp_path: Path) -> None:
    fee: Row = {"fee_month": "2026-01", "fee_amount": "0", "currency_code": "EUR"}
    zeros = [{**fee, "contract_id": f"C-{number}"} for number in range(5)]
    with closing(connect(warehouse.loader_url)) as connection:
        bad = deliver(connection, "fees", zeros, path="fees/zero.csv", quarantined=1)
        good = deliver(connection, "fees", [{**zeros[0], "fee_amount": "1"}], path="fees/good.csv")
        quarantine(connection, bad, line=7)
        verdicts = check_door_in(warehouse.loader_url, [bad, good], AS_OF, tmp_path)
        with connection:
            assert refuse_deliveries(connection, verdicts) == 1
        with connection:
            assert refuse_deliveries(connection, verdicts) == 0, "a second call changes nothing"

    assert warehouse.query(
        "select relative_path, state, rows_in_file, rows_loaded, rows_quarantined from ops.delivery order by 1"
    ) == [("fees/good.csv", "loaded", 1, 1, 0), ("fees/zero.csv", "refused", 6, 0, 6)]
    ((reason,),) = warehouse.query("select reason from ops.delivery where state = 'refused'")
    assert reason.startswith(
        "some_fee_is_above_zero: highest_of_several_fees is 0. When each of five or more fees is 0"
    )
    assert warehouse.query(
        "select line, reason_code, expected, record ->> 'contract_id', as_of from ops.quarantined_row order by line"
    ) == [
        *[(line, "delivery_refused", reason, f"C-{line - 2}", AS_OF) for line in range(2, 7)],
        (7, "missing_value", "a value", None, AS_OF),
    ]


def test_warning_leaves_the_delivery_loaded(warehouse: Warehouse, tmp_path: Path) -> None:
    with closing(connect(warehouse.loader_url)) as connection:
        quiet = deliver(connection, "tickets", [], path="tickets/quiet.csv")
        (verdict,) = check_door_in(warehouse.loader_url, [quiet], AS_OF, tmp_path)
        with connection:
            assert refuse_deliveries(connection, [verdict]) == 0

    assert names(verdict) == {"delivery_has_rows"}
    assert not verdict.is_refused
    assert warehouse.query("select state, reason from ops.delivery") == [("loaded", None)]
