"""The file door on a real PostgreSQL: each offender breaks its own expectation, and a real draft passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from supplier_sla.database import connect, session
from supplier_sla.extracts.handover import ExtractKeptIn, hand_over
from supplier_sla.extracts.receiver import load_receivers
from supplier_sla.quality.door_out_file import check_drafts, draft_subject
from supplier_sla.quality.runner import Subject, run_suites
from supplier_sla.quality.suite import door_out_file_suite
from tests.conftest import Warehouse
from tests.expectations.offender_files import Row, insert, read_offenders
from tests.extracts.nights import night
from tests.support.slot_tables import AS_OF, penalty

OPEN_PERIOD = date(2026, 2, 1)


@pytest.fixture
def sent_one(warehouse: Warehouse) -> Iterator[Connection]:
    """Four ledger lines of 100.00 EUR, the third with an adjustment behind it, the last gone out as extract 1."""
    due = [penalty(penalty_term_id=f"T-{number}", currency_code="EUR") for number in range(1, 5)]
    night(warehouse, *due[:3])
    lower = penalty(penalty_term_id="T-3", currency_code="EUR", owed_amount="60.00")
    night(warehouse, due[0], due[1], lower)
    night(warehouse, due[0], due[1], lower, due[3])
    with closing(connect(warehouse.admin_url)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "insert into finance.extract (receiver_code, extract_number, as_of, line_count, layout, layout_version)"
                " values ('finance', 1, %s, 1, 'csv', 2)",
                (AS_OF,),
            )
            cursor.execute(
                "insert into finance.extract_line (receiver_code, extract_number, line_number, attempt_number, amount,"
                " currency_code, detail) values ('finance', 1, 5, 1, 100, 'EUR', '{}')"
            )
        yield connection


def lay_out(connection: Connection, schema: str, rows: list[Row]) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(f"create schema {schema} authorization transformer")
        cursor.execute("set local role transformer")
        cursor.execute(f"create table {schema}.extract_draft (like ops.extract_draft)")
        for row in rows:
            insert(cursor, schema, "extract_draft", row)


def test_each_offender_breaks_its_own_expectation(
    warehouse: Warehouse, sent_one: Connection, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    suite = door_out_file_suite()
    given = read_offenders("door_out_file", suite.stem)
    cases = [("good rows", given.good, frozenset[str]())]
    cases += [(offender.name, offender.rows, offender.breaks) for offender in given.offenders]
    subjects: list[Subject] = []
    for _, rows, _ in cases:
        schema = f"draft_{len(subjects)}"
        lay_out(sent_one, schema, rows)
        subject = draft_subject(suite, "finance", OPEN_PERIOD, AS_OF, schema=schema)
        subjects.append(replace(subject, name=f"{subject.name}_{schema}"))

    results = run_suites(warehouse.transformer_url, subjects, run_name="offenders", as_of=AS_OF, docs=tmp_path)

    for (name, _, breaks), failures in zip(cases, results, strict=True):
        with subtests.test(name):
            assert {failure.expected.name for failure in failures} == breaks


def test_a_hand_over_is_judged_before_it_leaves(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty(), penalty(penalty_term_id="T-2"))

    def hand(url: str) -> list[str]:
        with session(url) as connection:
            handed = hand_over(
                connection,
                outbox=tmp_path / "outbox",
                as_of=AS_OF,
                receivers=load_receivers(),
                check=lambda drafts: {
                    code: [str(failure) for failure in failures]
                    for code, failures in check_drafts(url, drafts, AS_OF, tmp_path / "docs").items()
                },
            )
        return [path.name for path in handed.written]

    # Somebody made the first line one that pays the supplier for failing.
    tamper = "set session_replication_role = replica; update finance.ledger_line set amount = %s where line_number = 1"
    warehouse.query(tamper, ("-100",))
    with pytest.raises(ExtractKeptIn, match=r"penalty_extract_000001\.csv.*first_lines_have_the_sign_of_a_penalty"):
        hand(warehouse.transformer_url)
    assert not (tmp_path / "outbox").exists()
    assert warehouse.query("select * from finance.extract") == []
    page = (tmp_path / "docs" / "door_out_file" / "index.html").read_text(encoding="utf-8")
    assert "提交财务的提取：finance" in page

    warehouse.query(tamper, ("100",))
    assert "penalty_extract_000001.csv" in hand(warehouse.transformer_url)
