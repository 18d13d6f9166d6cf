"""What is checked of the ledger every night, what scripts/check_ledger checks, and what the database refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extras import Json

from supplier_sla.database import session
from supplier_sla.ledger.__main__ import main
from supplier_sla.ledger.chain import walk_chain
from supplier_sla.ledger.line import FIRST_HASH, LedgerLine
from supplier_sla.ledger.nightly_check import LedgerBroken
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.slot_tables import AS_OF, breach, night, penalty

TAMPERING = "set session_replication_role = replica; "  # a superuser, triggers switched off


def three_lines(warehouse: Warehouse) -> None:
    """Two nights: lines 1 and 2, then 3."""
    night(warehouse, penalty(), penalty(penalty_term_id="T-2"), breaches=[breach("1")])
    night(warehouse, penalty(owed_amount="130.00"), penalty(penalty_term_id="T-2"))


def chained_anew(warehouse: Warehouse, statement: str) -> None:
    """Tamper, then give every line the hash that follows, as somebody would who knows the recipe."""
    warehouse.query(TAMPERING + statement)
    rows = warehouse.query(
        "select line_number, publication_id, line_kind, contract_id, penalty_term_id, period_month, currency_code,"
        " amount, owed_amount, accounting_period, corrects_line_number, as_of, detail,"
        " array(select detail from finance.ledger_evidence as evidence where evidence.line_number = line.line_number"
        "   order by evidence_number) from finance.ledger_line as line order by line_number"
    )
    previous = FIRST_HASH
    for row in rows:
        following = LedgerLine(*row).hash_after(previous)
        warehouse.query(
            f"{TAMPERING} update finance.ledger_line set previous_hash = %s, line_hash = %s where line_number = %s",
            (previous, following, row[0]),
        )
        previous = following


def check(warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Exit status and the lines that tell what is broken."""
    status = main(["--database-url", warehouse.transformer_url])
    return status, [line for line in capsys.readouterr().out.splitlines() if line.startswith(("BROKEN", "   "))]


def test_every_night_remembers_the_last_line_that_it_verified_and_the_next_goes_on_from_there(
    warehouse: Warehouse,
) -> None:
    three_lines(warehouse)
    night(warehouse, penalty(owed_amount="130.00"), penalty(penalty_term_id="T-2"))
    assert warehouse.query(
        "select checks.publication_id, last_line_number, lines_checked, line_hash = last_line_hash, checks.as_of"
        " from finance.ledger_check as checks join finance.ledger_line on line_number = last_line_number order by 1"
    ) == [(1, 2, 2, True, AS_OF), (2, 3, 1, True, AS_OF), (3, 3, 0, True, AS_OF)]


ROGUE_LINE = (
    "insert into finance.ledger_line select line_number + 1, publication_id, 'adjustment', contract_id,"
    " penalty_term_id, period_month, currency_code, 1, owed_amount + 1, accounting_period, {corrects}, as_of, detail,"
    " line_hash, repeat('a', 64) from finance.ledger_line where line_number = 3"
)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update finance.ledger_line set line_hash = repeat('f', 64) where line_number = 3", "line 3 has the hash fff"),
        ("delete from finance.ledger_line where line_number = 3", "line 3 has the hash"),
        (ROGUE_LINE.format(corrects=1), "line 4"),
        # Older than what the nights go on from, but the difference would be posted now.
        ("update finance.ledger_line set amount = 90 where line_number = 2", "line 2"),
        ("update finance.ledger_line set amount = 90, owed_amount = 90 where line_number = 2", "line 2"),
        ("delete from finance.ledger_line where line_number = 2", "3 lines"),
    ],
)
def test_a_night_over_a_ledger_that_was_changed_is_not_published(
    warehouse: Warehouse, statement: str, found: str
) -> None:
    three_lines(warehouse)
    warehouse.query(TAMPERING + statement)
    before = warehouse.query("select * from finance.ledger_line order by 1")
    with pytest.raises(LedgerBroken) as refused:
        night(warehouse, penalty(owed_amount="130.00"), penalty(penalty_term_id="T-2"))
    assert found in refused.value.found
    assert warehouse.query("select * from finance.ledger_line order by 1") == before
    assert warehouse.query("select count(*) from ops.publication") == [(2,)]


def test_a_line_that_no_publication_posted_is_found_though_it_is_chained_well(warehouse: Warehouse) -> None:
    three_lines(warehouse)
    chained_anew(warehouse, ROGUE_LINE.format(corrects=1))
    with pytest.raises(LedgerBroken, match="found line 5"):
        night(warehouse, penalty(owed_amount="130.00"), penalty(penalty_term_id="T-2"))


def test_a_sound_ledger_holds(warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    three_lines(warehouse)
    assert check(warehouse, capsys) == (0, [])
    assert main(["--database-url", warehouse.admin_url]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "ledger as of publication 2"
    assert [line[:7] for line in shown[1:]] == ["holds  "] * 6


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        (
            "update finance.ledger_line set amount = 90 where line_number = 1",
            [
                "line 1 is missing, or of no publication, or its hash does not follow",
                "line 1 (initial): corrects none, the key's first line is 1; says that 100.00 is owed, the key's lines"
                " come to 90.00",
                "line 3 (adjustment): corrects 1, the key's first line is 1; says that 130.00 is owed, the key's lines"
                " come to 120.00",
                "contract C-1, clause T-1, month 2026-01: penalty of 130.00 CNY is owed, 120.00 CNY posted",
            ],
        ),
        (
            "update finance.ledger_line set publication_id = 1 where line_number = 3",
            [
                "line 3 is missing, or of no publication, or its hash does not follow",
                "publication 1: 2 lines on record, 3 in the ledger",
                "publication 2: 1 lines on record, 0 in the ledger",
            ],
        ),
        (
            "update finance.ledger_line set line_kind = 'waiver', corrects_line_number = 2 where line_number = 3",
            [
                "line 3 is missing, or of no publication, or its hash does not follow",
                "line 3 (waiver): corrects 2, the key's first line is 1; says that 130.00 is owed, the key's lines"
                " come to 130.00",
                "contract C-1, clause T-1, month 2026-01: penalty of 130.00 CNY is owed, 100.00 CNY posted",
                "contract C-1, clause T-1, month 2026-01: waiver of 0.00 CNY is owed, 30.00 CNY posted",
            ],
        ),
    ],
)
def test_what_does_not_hold_is_listed(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str], statement: str, problems: list[str]
) -> None:
    three_lines(warehouse)
    warehouse.query(TAMPERING + statement)
    status, shown = check(warehouse, capsys)
    assert status == 1
    assert [line.strip() for line in shown if not line.startswith("BROKEN")] == problems


def test_a_ledger_that_was_chained_anew_is_not_what_the_nights_found(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    three_lines(warehouse)
    chained_anew(
        warehouse, """update finance.ledger_line set detail = detail || '{"clause": "9"}' where line_number = 1"""
    )
    with session(warehouse.transformer_url) as connection, connection.cursor() as cursor:
        assert walk_chain(cursor)[0] == []
    status, shown = check(warehouse, capsys)
    assert (status, shown[0]) == (1, "BROKEN  nights: each found the hash that its last line has now")
    assert [line.split(":")[0].strip() for line in shown[1:]] == ["line 2", "line 3"]


def test_a_ledger_that_cannot_be_read_is_not_called_sound(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--database-url", warehouse.transformer_url]) == 2
    assert "check_ledger: warehouse; expected a published night" in capsys.readouterr().err
    night(warehouse, penalty())
    assert main(["--database-url", warehouse.bi_reader_url]) == 2
    assert "check_ledger: login; expected one that may act as transformer" in capsys.readouterr().err


def test_lines_written_before_there_were_components_still_verify(warehouse: Warehouse) -> None:
    """A line as the first version of the ledger wrote it, with the hash that it wrote."""
    detail = {"supplier_name": "Acme", "owed_amount": "100.00", "status_code": "owed"}
    evidence = {"ticket_key": "desk/1", "overdue_seconds": "3600"}
    warehouse.query(
        "insert into ops.publication (publication_id, slot, as_of, delivery_watermark, build_fingerprint, run_id,"
        " ledger_lines_posted) values (1, 'marts_green', %s, 0, '', '', 1)",
        (AS_OF,),
    )
    warehouse.query(
        "insert into finance.ledger_line (line_number, publication_id, line_kind, contract_id, penalty_term_id,"
        " period_month, currency_code, amount, owed_amount, accounting_period, as_of, detail, previous_hash, line_hash)"
        " values (1, 1, 'initial', 'C-1', 'T-1', '2026-01-01', 'CNY', 100, 100, '2026-02-01', %s, %s, %s, %s)",
        (AS_OF, Json(detail), FIRST_HASH, "1cf5cd975c81c177fb33001b2fb72b4f1d91e62b50c14776318f409c97e123e4"),
    )
    warehouse.query("insert into finance.ledger_evidence values (1, 1, %s)", (Json(evidence),))
    night(warehouse, penalty(owed_amount="60.00", waiver_amount="40.00"))
    assert warehouse.query(
        "select line_kind, amount, corrects_line_number from finance.ledger_line order by line_number"
    ) == [
        ("initial", Decimal("100.00"), None),
        ("waiver", Decimal("-40.00"), 1),
    ]
    assert warehouse.query("select last_line_number, lines_checked from finance.ledger_check") == [(2, 2)]


@pytest.fixture(scope="module")
def handed_over(template_database: str) -> Iterator[Warehouse]:
    """One published night for tests that only try to change it."""
    with another_warehouse(template_database, "handed_over_ledger") as warehouse:
        night(warehouse, penalty(), breaches=[breach("1")])
        yield warehouse


def tables_of(warehouse: Warehouse) -> list[str]:
    """Every table of the schema, whoever added it, and the book of publications."""
    rows = warehouse.query(
        "select 'finance.' || quote_ident(tablename) from pg_tables where schemaname = 'finance' order by 1"
    )
    return [*(name for (name,) in rows), "ops.publication"]


def test_no_role_of_the_nights_may_change_anything_that_finance_rests_on(handed_over: Warehouse) -> None:
    for url in (handed_over.loader_url, handed_over.transformer_url, handed_over.bi_reader_url):
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("set default_transaction_read_only = off")  # a default keeps nobody out
            for table in tables_of(handed_over):
                column = first_column(handed_over, table)
                for statement in (
                    f"update {table} set {column} = null",
                    f"delete from {table}",
                    f"truncate {table} cascade",
                ):
                    with pytest.raises(errors.InsufficientPrivilege):
                        cursor.execute(statement)


def test_not_even_the_owner_changes_a_row_while_the_triggers_stand(handed_over: Warehouse) -> None:
    for table in tables_of(handed_over):
        changes = {
            "update": f"update {table} set {first_column(handed_over, table)} = null",
            "delete": f"delete from {table}",
        }
        if handed_over.query(f"select from {table} limit 1"):
            for statement in changes.values():
                with pytest.raises(errors.RaiseException, match="append-only"):
                    handed_over.query(statement)
        with pytest.raises(errors.RaiseException, match="append-only"):
            handed_over.query(f"truncate {table} cascade")
        # Of tables that are empty here the triggers are looked at: 1 row, 8 delete, 16 update, 32 truncate.
        kinds = handed_over.query(
            "select bit_or(tgtype::integer) filter (where tgtype & 1 = 1) & 24, bit_or(tgtype::integer) & 32"
            " from pg_trigger where tgrelid = %s::regclass and tgfoid = 'finance.refuse_change'::regproc and tgenabled = 'O'",
            (table,),
        )
        assert kinds == [(24, 32)], table


def test_the_owner_is_nobody_who_works_at_night(handed_over: Warehouse) -> None:
    owners = handed_over.query("select distinct tableowner from pg_tables where schemaname = 'finance'")
    assert not {owner for (owner,) in owners} & {"loader", "transformer", "bi_reader"}


def first_column(warehouse: Warehouse, table: str) -> str:
    ((name,),) = warehouse.query(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum = 1", (table,)
    )
    return str(name)
