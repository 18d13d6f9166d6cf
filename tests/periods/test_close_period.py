"""A month is closed as a whole or not at all, and stays what was sealed."""

from __future__ import annotations

import signal
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from itertools import count

import psycopg2
import pytest
from psycopg2 import errors

from supplier_sla.database import session
from supplier_sla.ledger.invariants import lines_that_do_not_follow
from supplier_sla.periods.__main__ import main
from supplier_sla.periods.close import PeriodNotClosable, SealBroken
from supplier_sla.periods.finance_zone import (
    ZONE_VARIABLE,
    FinanceZoneInvalid,
    MonthInvalid,
    end_of,
    month_after,
    parse_month,
)
from supplier_sla.periods.open_period import open_period
from supplier_sla.periods.seal import broken_seals
from tests.conftest import Warehouse
from tests.periods.books import (
    FEBRUARY,
    IN_FEBRUARY,
    IN_JANUARY,
    IN_MARCH,
    JANUARY,
    MARCH,
    close,
    night,
    state,
    two_nights,
)
from tests.support.crashing import run_until
from tests.support.instants import utc
from tests.support.slot_tables import penalty

CLOSED_TABLES = ("accounting_period", "accounting_period_total", "accounting_period_movement", "accrual")


def periods_of_lines(warehouse: Warehouse) -> list[tuple]:
    return warehouse.query(
        "select line_number, line_kind, amount, accounting_period, corrects_line_number from finance.ledger_line"
        " order by line_number"
    )


def test_closing_seals_lines_sums_and_the_end_of_the_chain(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    closed = close(warehouse, JANUARY)
    ((first_hash,),) = warehouse.query("select line_hash from finance.ledger_line where line_number = 1")
    assert warehouse.query(
        "select accounting_period, as_of, publication_id, line_count, last_line_number, last_line_hash"
        " from finance.accounting_period"
    ) == [(JANUARY, IN_FEBRUARY, 2, 1, 1, first_hash)]
    assert warehouse.query("select currency_code, line_count, amount from finance.accounting_period_total") == [
        ("CNY", 1, Decimal("100.00"))
    ]
    assert warehouse.query(
        "select supplier_id, contract_id, new_amount, closing_amount from finance.accounting_period_movement"
    ) == [("S-1", "C-1", Decimal("100.00"), Decimal("100.00"))]
    assert (closed.is_new, len(closed.content_sha256)) == (True, 64)


def test_what_is_owed_for_the_month_and_booked_later_is_accrued_with_its_range(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    close(warehouse, JANUARY)
    # December's line is booked in full and certain; January's was booked in February.
    assert warehouse.query(
        "select penalty_term_id, period_month, posted_amount, low_amount, estimate_amount, high_amount, accrued_amount"
        " from finance.accrual"
    ) == [("T-1", JANUARY, *map(Decimal, ("0.00", "100.00", "100.00", "130.00", "100.00")))]


def test_a_posted_key_that_nothing_owes_any_more_is_accrued_as_taken_back(warehouse: Warehouse) -> None:
    night(warehouse, IN_JANUARY, penalty(period_month="2025-12-01"))
    night(warehouse, IN_FEBRUARY)
    close(warehouse, JANUARY)
    assert warehouse.query(
        "select posted_amount, estimate_amount, accrued_amount, arithmetic from finance.accrual"
    ) == [(Decimal("100.00"), Decimal("0.00"), Decimal("-100.00"), "no clause owes it any more")]


def test_a_month_closed_again_says_so_and_changes_nothing(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    first = close(warehouse, JANUARY)
    before = state(warehouse)
    night(warehouse, IN_MARCH, penalty(owed_amount="120.00"))
    again = close(warehouse, JANUARY)
    assert (again.is_new, again.content_sha256, again.seal) == (False, first.content_sha256, first.seal)
    assert state(warehouse) == before


def test_after_closing_lines_go_to_the_next_period_and_name_the_line_they_correct(warehouse: Warehouse) -> None:
    night(warehouse, IN_JANUARY, penalty(period_month="2025-12-01"))
    night(warehouse, IN_FEBRUARY, penalty(period_month="2025-12-01", owed_amount="90.00"))
    night(warehouse, IN_MARCH, penalty(period_month="2025-12-01", owed_amount="95.00"))
    close(warehouse, JANUARY)
    close(warehouse, FEBRUARY)
    night(warehouse, IN_MARCH, penalty(period_month="2025-12-01", owed_amount="80.00"))
    assert periods_of_lines(warehouse) == [
        (1, "initial", Decimal("100.00"), JANUARY, None),
        (2, "adjustment", Decimal("-10.00"), FEBRUARY, 1),
        (3, "adjustment", Decimal("5.00"), MARCH, 1),
        (4, "adjustment", Decimal("-15.00"), MARCH, 1),
    ]
    with session(warehouse.transformer_url) as connection, connection.cursor() as cursor:
        assert (broken_seals(cursor), lines_that_do_not_follow(cursor)) == ([], [])


def test_a_line_of_a_closed_month_goes_to_the_first_open_one_however_early_the_night(warehouse: Warehouse) -> None:
    night(warehouse, IN_MARCH, penalty())
    close(warehouse, FEBRUARY)
    with session(warehouse.transformer_url) as connection, connection.cursor() as cursor:
        assert [open_period(cursor, as_of) for as_of in (IN_JANUARY, IN_FEBRUARY, IN_MARCH)] == [MARCH] * 3


@pytest.mark.parametrize(
    ("month", "as_of", "message"),
    [
        (FEBRUARY, None, "expected an instant at or after its end, 2026-03-01.*; found 2026-02-03T22"),
        (FEBRUARY, IN_MARCH, "a published night as of its end.*the last one as of 2026-02-03T22"),
        (JANUARY, utc("2026-02-02 00:00"), "an instant at or after the last published night"),
    ],
)
def test_a_month_that_is_not_over_or_not_published_stays_open(
    warehouse: Warehouse, month: date, as_of: datetime | None, message: str
) -> None:
    two_nights(warehouse)
    with pytest.raises(PeriodNotClosable, match=message):
        close(warehouse, month, as_of)
    assert state(warehouse) == [[], [], [], []]


def test_nothing_can_be_closed_before_a_night_was_published(warehouse: Warehouse) -> None:
    with pytest.raises(PeriodNotClosable, match="expected a published night; found none"):
        close(warehouse, JANUARY)


def test_an_earlier_month_with_lines_comes_first(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    night(warehouse, IN_MARCH, penalty(period_month="2025-12-01"), penalty())
    with pytest.raises(PeriodNotClosable, match="found 2026-01; next: scripts/close_period 2026-01 first"):
        close(warehouse, FEBRUARY)


def test_an_earlier_month_without_lines_is_closed_together_with_a_later_one(warehouse: Warehouse) -> None:
    night(warehouse, IN_MARCH, penalty())
    close(warehouse, FEBRUARY)
    with pytest.raises(PeriodNotClosable, match="expected an open month; found one closed together with 2026-02"):
        close(warehouse, JANUARY)


def test_nothing_is_closed_over_a_ledger_that_contradicts_the_published_night(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    warehouse.query("update marts.fct_penalty set owed_amount = 1, penalty_amount = 1")
    with pytest.raises(PeriodNotClosable, match=r"an unbroken ledger.*2 contradictions.*run scripts/check_ledger"):
        close(warehouse, JANUARY)


def test_the_database_itself_refuses_a_line_in_a_closed_month(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    close(warehouse, JANUARY)
    copied = (
        "insert into finance.ledger_line select 3, publication_id, 'adjustment', contract_id, penalty_term_id,"
        " period_month, currency_code, 1, 101, %s, 1, as_of, detail, line_hash, 'x' from finance.ledger_line"
        " where line_number = 1"
    )
    with closing(psycopg2.connect(warehouse.transformer_url)) as connection, connection.cursor() as cursor:
        for month in (JANUARY, date(2025, 12, 1)):
            with pytest.raises(errors.RaiseException, match="is closed, as is everything up to 2026-01"):
                cursor.execute(copied, (month,))
            connection.rollback()
        with pytest.raises(errors.RaiseException, match="is closed"):
            cursor.execute(
                "insert into finance.accounting_period_total select accounting_period, 'EUR', 1, 1"
                " from finance.accounting_period"
            )
        connection.rollback()
        cursor.execute(copied, (FEBRUARY,))


@pytest.mark.parametrize("role", ["transformer_url", "admin_url"])
def test_nobody_changes_what_was_sealed(warehouse: Warehouse, role: str) -> None:
    two_nights(warehouse)
    close(warehouse, JANUARY)
    expected = errors.RaiseException if role == "admin_url" else errors.InsufficientPrivilege
    with closing(psycopg2.connect(getattr(warehouse, role))) as connection, connection.cursor() as cursor:
        for table in CLOSED_TABLES:
            for statement in (
                f"update finance.{table} set accounting_period = accounting_period",
                f"delete from finance.{table}",
                f"truncate finance.{table} cascade",
            ):
                with pytest.raises(expected):
                    cursor.execute(statement)
                connection.rollback()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update finance.ledger_line set amount = 99 where line_number = 1", "lines or sums of the ledger are others"),
        ("update finance.ledger_line set line_hash = 'x' where line_number = 1", "the ledger's line 1 is another"),
        ("update finance.accrual set high_amount = 140", "rows of the seal are not those that were hashed"),
        (
            "update finance.accounting_period_total set amount = 99",
            "rows of the seal are not those.*sums of the ledger",
        ),
    ],
)
def test_a_closed_month_that_was_changed_after_all_is_found(
    warehouse: Warehouse, statement: str, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    two_nights(warehouse)
    close(warehouse, JANUARY)
    warehouse.query(f"set session_replication_role = replica; {statement}")
    with pytest.raises(SealBroken, match=found):
        close(warehouse, JANUARY)
    assert main(["2026-01", "--database-url", warehouse.admin_url]) == 1
    assert capsys.readouterr().err.startswith("close_period: accounting period 2026-01; expected what was sealed")


def test_a_process_killed_at_any_step_has_closed_the_whole_month_or_nothing(warehouse: Warehouse) -> None:
    two_nights(warehouse)
    for step in count():
        ended = run_until(lambda: close(warehouse, JANUARY), step=step)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        assert state(warehouse) == [[], [], [], []], f"killed before step {step}"
    assert step > 20
    assert [len(rows) for rows in state(warehouse)] == [1, 1, 1, 1]
    assert close(warehouse, JANUARY).is_new is False


def test_the_command_says_what_was_closed(warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    two_nights(warehouse)
    assert main(["2026-01", "--database-url", warehouse.transformer_url]) == 0
    output = capsys.readouterr().out
    assert output.startswith("accounting period 2026-01 closed\n  as of 2026-02-03T22:00:00+00:00, publication 2\n")
    assert [line.split() for line in output.splitlines() if line.startswith("  CNY")] == [
        ["CNY", "1", "100.00"], ["CNY", "1", "100.00", "100.00", "130.00"],
    ]  # fmt: skip
    assert main(["2026-01", "--database-url", warehouse.transformer_url]) == 0
    assert "was closed already, and ledger and seal agree" in capsys.readouterr().out


def test_months_begin_in_finances_zone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    late = utc("2026-01-31 16:30")
    with session(warehouse.transformer_url) as connection, connection.cursor() as cursor:
        assert open_period(cursor, late) == JANUARY
        monkeypatch.setenv(ZONE_VARIABLE, "Asia/Shanghai")
        assert open_period(cursor, late) == FEBRUARY
    assert end_of(JANUARY) == utc("2026-01-31 16:00")
    monkeypatch.setenv(ZONE_VARIABLE, "Mars/Olympus")
    with pytest.raises(FinanceZoneInvalid, match="expected an IANA time zone"):
        end_of(JANUARY)


def test_a_month_is_written_with_four_and_two_digits() -> None:
    assert (parse_month("2025-12"), month_after(date(2025, 12, 1))) == (date(2025, 12, 1), JANUARY)
    for text in ("2026-1", "2026-13", "january", "2026-01-01"):
        with pytest.raises(MonthInvalid, match="expected YYYY-MM"):
            parse_month(text)
