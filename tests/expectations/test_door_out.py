"""The door out on a real PostgreSQL: a slot of good tables passes, and each offender breaks its own expectation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from supplier_sla.database import connect, password_of
from supplier_sla.quality import check_door_out
from supplier_sla.quality.door_out import door_out_subject
from supplier_sla.quality.runner import CheckNotRun, Subject, run_suites
from supplier_sla.quality.suite import door_out_suites
from tests.expectations.offender_files import Row, all_offenders, insert, read_offenders

if TYPE_CHECKING:
    from tests.conftest import Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
SLOT = "marts_blue"

# The columns of the readers' tables that the suites look at.
TABLES = {
    "fct_penalty": (
        "penalty_key text, contract_id text, penalty_term_id text, period_month date, currency_code char(3),"
        " multiplied_amount numeric, after_level_cap_amount numeric, after_pool_cap_amount numeric,"
        " after_monthly_cap_amount numeric, after_yearly_cap_amount numeric, after_minimum_amount numeric,"
        " cap_reduction_amount numeric, penalty_amount numeric, earn_back_amount numeric,"
        " dispute_reduction_amount numeric, waiver_amount numeric, owed_amount numeric(18, 2), status_code text"
    ),
    "fct_ticket_sla": (
        "ticket_sla_key text, ticket_key text, status_code text, is_breached boolean, elapsed_seconds bigint,"
        " target_seconds bigint, due_at timestamptz, breached_at timestamptz"
    ),
    "fct_service_level_period": (
        "contract_id text, service_level_id text, period_month date, measured_count bigint, met_count bigint,"
        " breached_count bigint, attainment_ratio numeric, status_code text, measure_kind text, attained_quantity numeric,"
        " measured_quantity numeric"
    ),
    "fct_supplier_score": "supplier_id text, period_month date, score numeric",
    "fct_supplier_scorecard": "supplier_id text, period_month date, scored_criterion_count integer, score numeric",
    "fct_sla_breach": "ticket_sla_key text",
}


def build_slot(connection: Connection, schema: str, rows_by_table: dict[str, list[Row]]) -> None:
    """Tables of one slot with the given rows; tables without rows are empty."""
    with connection, connection.cursor() as cursor:
        create = sql.SQL("create schema if not exists {} authorization transformer")
        cursor.execute(create.format(sql.Identifier(schema)))
        cursor.execute("set local role transformer")
        for table, columns in TABLES.items():
            cursor.execute(sql.SQL("create table {} ({})").format(sql.Identifier(schema, table), sql.SQL(columns)))
            for row in rows_by_table.get(table, []):
                insert(cursor, schema, table, row)


@pytest.fixture
def administrator(warehouse: Warehouse) -> Iterator[Connection]:
    with closing(connect(warehouse.admin_url)) as connection:
        yield connection


def good_slot() -> dict[str, list[Row]]:
    tables = {suite.suite: suite.good for suite in all_offenders("door_out")}
    return tables | read_offenders("door_out", "fct_sla_breach").beside


def test_each_offender_breaks_its_own_expectation(
    warehouse: Warehouse, administrator: Connection, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    suites = {suite.table: suite for suite in door_out_suites()}
    subjects: list[Subject] = []
    expected: list[tuple[str, frozenset[str]]] = []
    for given in all_offenders("door_out"):
        for offender in given.offenders:
            schema = f"offender_{len(subjects)}"
            build_slot(administrator, schema, {**given.beside, given.suite: offender.rows})
            subject = door_out_subject(suites[given.suite], schema, AS_OF)
            subjects.append(replace(subject, name=f"{subject.name}_{schema}"))
            expected.append((f"{given.suite}: {offender.name}", offender.breaks))

    results = run_suites(warehouse.transformer_url, subjects, run_name="offenders", as_of=AS_OF, docs=tmp_path)

    for (case, breaks), failures in zip(expected, results, strict=True):
        with subtests.test(case):
            assert {failure.expected.name for failure in failures} == breaks


def test_good_slot_passes_and_pages_hold_no_password(
    warehouse: Warehouse, administrator: Connection, tmp_path: Path
) -> None:
    build_slot(administrator, SLOT, good_slot())

    assert check_door_out(warehouse.transformer_url, SLOT, AS_OF, tmp_path) == []

    assert "door_out.fct_penalty" in (tmp_path / "door_out" / "index.html").read_text(encoding="utf-8")
    secret = password_of(warehouse.transformer_url).encode()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and secret in file.read_bytes()]


def test_amount_of_an_unfinished_month_may_be_shown_while_nothing_is_owed(
    warehouse: Warehouse, administrator: Connection, tmp_path: Path
) -> None:
    unfinished: Row = {**good_slot()["fct_penalty"][0], "owed_amount": "0.00", "status_code": "provisional"}
    build_slot(administrator, SLOT, {**good_slot(), "fct_penalty": [unfinished]})

    assert check_door_out(warehouse.transformer_url, SLOT, AS_OF, tmp_path) == []


def test_empty_slot_passes(warehouse: Warehouse, administrator: Connection, tmp_path: Path) -> None:
    build_slot(administrator, SLOT, {})

    assert check_door_out(warehouse.transformer_url, SLOT, AS_OF, tmp_path) == []


def test_failure_names_suite_rule_reason_and_what_was_found(
    warehouse: Warehouse, administrator: Connection, tmp_path: Path
) -> None:
    overpaid: Row = {**good_slot()["fct_penalty"][0], "owed_amount": "100.01"}
    build_slot(administrator, SLOT, {**good_slot(), "fct_penalty": [overpaid]})

    (failure,) = check_door_out(warehouse.transformer_url, SLOT, AS_OF, tmp_path)

    assert failure.is_critical
    assert str(failure) == (
        "door_out.fct_penalty: penalty_less_what_is_given_back_is_owed (critical) failed, found 1 rows;"
        " Finance re-adds every settled line by hand; the amounts on it must agree to the cent."
    )


def test_missing_table_and_missing_column_are_no_verdict(
    warehouse: Warehouse, administrator: Connection, tmp_path: Path
) -> None:
    with pytest.raises(CheckNotRun, match="fct_penalty"):
        check_door_out(warehouse.transformer_url, SLOT, AS_OF, tmp_path)

    build_slot(administrator, SLOT, good_slot())
    with administrator, administrator.cursor() as cursor:
        cursor.execute(f"alter table {SLOT}.fct_supplier_score rename column score to points")
    with pytest.raises(CheckNotRun, match=r"door_out\.fct_supplier_score, expectation score_lies_between_0_and_100"):
        check_door_out(warehouse.transformer_url, SLOT, AS_OF, tmp_path)
