"""Scorecards of one night: general rules and those of a category, freezing, revising, and what tampering leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import psycopg2
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg2.extensions import connection as Connection
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from supplier_sla.database import session, sqlalchemy_url
from supplier_sla.landing import land_exports
from supplier_sla.scorecards.__main__ import main
from supplier_sla.scorecards.period import PeriodInvalid, parse_period
from supplier_sla.scorecards.publishing import (
    ScorecardNotPublishable,
    ScorecardsBroken,
    publish_due,
    publish_period,
)
from tests.conftest import Warehouse
from tests.support.nights import night, write_exports
from tests.support.register import SUPPLIER, contract, register, service_level, ticket

AS_OF = datetime(2026, 4, 8, 1, tzinfo=UTC)
LATER = datetime(2026, 4, 20, 1, tzinfo=UTC)
Q1 = parse_period("2026-Q1")
MARTS = ("fct_supplier_period_scorecard", "fct_supplier_period_score")

# S1 is of the category it, S2 of none that has rules of its own.
REGISTER = register(
    suppliers=[SUPPLIER, {"supplier_id": "S2", "supplier_name": "Fix\x1b[2Jit", "category_code": "field"}],
    work_centres=[{"work_centre_id": "WC1", "supplier_id": "S1"}, {"work_centre_id": "WC2", "supplier_id": "S2"}],
    contracts=[contract(valid_from="2026-01-01"), contract(contract_id="C2", supplier_id="S2", valid_from="2026-01-01")],
    service_levels=[
        service_level(level, contract_id=name, target_unit="calendar_minutes", target_value="60", calendar_id="")
        for level, name in (("L1", "C1"), ("L2", "C2"))
    ],
    tickets=[
        ticket(
            f"{name}-{number}",
            f"2026-02-0{number + 1}T08:00:00Z",
            contract_id=name,
            work_centre_id=centre,
            resolved_at=f"2026-02-0{number + 1}T{'12' if number == 0 else '08'}:30:00Z",
        )
        for name, centre in (("C1", "WC1"), ("C2", "WC2"))
        for number in range(4)
    ],
    score_criteria=[
        {
            "criterion_id": "in_time", "measure_code": "attainment", "weight": "1", "floor_value": "0",
            "target_value": "1", "valid_from": "2020-01-01",
        }
    ],
    scorecard_terms=[{"period_kind": "quarter", "publish_after_days": "10", "valid_from": "2020-01-01"}],
    standing_bands=[
        {"band_code": code, "supplier_category_code": category, "score_from": start, "score_to": end, "valid_from": "2020-01-01"}
        for code, category, start, end in (
            ("low", "", "0", "75"), ("high", "", "75", "100"), ("strict_low", "it", "0", "80"), ("strict_high", "it", "80", "100"),
        )
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def built(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    night(module_warehouse, tmp_path_factory.mktemp("night"), REGISTER, AS_OF, marts=MARTS)
    return module_warehouse


@pytest.fixture
def connection(built: Warehouse) -> Iterator[Connection]:
    """Of the transformer; what was frozen is taken away afterwards, by the only one who can."""
    with session(built.transformer_url) as opened:
        yield opened
    _as_owner(built, "delete from governance.scorecard")


def _as_owner(warehouse: Warehouse, statement: str) -> None:
    warehouse.query(
        "alter table governance.scorecard disable trigger user;"
        f"{statement};alter table governance.scorecard enable trigger user"
    )


def _frozen(warehouse: Warehouse) -> list[tuple]:
    return warehouse.query(
        "select scorecard_number, supplier_id, version, score, band_code, revision_reason from governance.scorecard order by 1"
    )


def _later_figures(warehouse: Warehouse, supplier_id: str) -> None:
    """As if a later night had found other figures for the quarter."""
    ((slot,),) = warehouse.query("select slot from ops.publication order by publication_id desc limit 1")
    warehouse.query(
        f"update {slot}.fct_supplier_period_scorecard set figures_hash = md5(figures_hash)"
        " where supplier_id = %s and period_kind_code = 'quarter' and period_from = '2026-01-01'",
        (supplier_id,),
    )


def test_the_bands_of_the_category_replace_the_general_ones_as_a_set(built: Warehouse) -> None:
    standings = built.query(
        "select supplier_id, score, band_code, category_rank from marts.fct_supplier_period_scorecard"
        " where period_kind_code = 'quarter' and period_from = '2026-01-01' order by 1"
    )
    assert standings == [("S1", Decimal(75), "strict_low", 1), ("S2", Decimal(75), "high", 1)]


def test_nothing_is_frozen_before_its_day(built: Warehouse, connection: Connection) -> None:
    assert publish_due(connection, as_of=datetime(2026, 4, 9, 23, 59, tzinfo=UTC)).cards == ()
    assert _frozen(built) == []


def test_each_card_is_frozen_once_on_its_day(built: Warehouse, connection: Connection) -> None:
    frozen = publish_due(connection, as_of=datetime(2026, 4, 10, tzinfo=UTC))
    assert [(card.supplier_id, str(card.period), card.version) for card in frozen.cards] == [
        ("S1", "2026-Q1", 1),
        ("S2", "2026-Q1", 1),
    ]
    assert publish_due(connection, as_of=LATER).cards == ()
    assert _frozen(built) == [(1, "S1", 1, 75, "strict_low", None), (2, "S2", 1, 75, "high", None)]


def test_a_frozen_card_holds_the_card_and_its_criteria(built: Warehouse, connection: Connection) -> None:
    publish_period(connection, Q1, supplier_id="S1")
    assert built.query(
        "select content::jsonb -> 'card' ->> 'score', content::jsonb -> 'card' ? 'published_version',"
        " content::jsonb #>> '{criteria,0,measured_value}' from governance.scorecard"
    ) == [("75.00", False, "0.75000000000000000000")]


def test_only_a_reason_revises_and_only_what_says_something_else(built: Warehouse, connection: Connection) -> None:
    publish_period(connection, Q1)
    _later_figures(built, "S2")
    assert publish_period(connection, Q1).changed_suppliers == ("S2",)
    revised = publish_period(connection, Q1, reason="late tickets of March", as_of=LATER)
    assert (len(revised.cards), revised.unchanged_count) == (1, 1)
    assert _frozen(built)[2:] == [(3, "S2", 2, 75, "high", "late tickets of March")]


@pytest.mark.parametrize(
    ("period", "changes", "message"),
    [
        ("2026-Q2", {}, "expected a period that had ended"),
        ("2025-Q1", {}, "expected at least one in the published night; found none"),
        ("2026-Q1", {"supplier_id": "S9"}, "scorecards of 2026-Q1 of S9; expected at least one"),
        ("2026-Q1", {"reason": " "}, "expected a reason for the revision"),
        ("2026-Q1", {"as_of": datetime(2026, 4, 7, tzinfo=UTC)}, "expected an instant at or after the last published"),
    ],
)
def test_what_cannot_be_frozen_says_why(
    built: Warehouse, connection: Connection, period: str, changes: dict, message: str
) -> None:
    with pytest.raises(ScorecardNotPublishable, match=message):
        publish_period(connection, parse_period(period), **changes)
    assert _frozen(built) == []


@pytest.mark.parametrize("statement", ["update governance.scorecard set score = 99", "truncate governance.scorecard"])
def test_the_database_refuses_to_change_a_frozen_card(built: Warehouse, connection: Connection, statement: str) -> None:
    publish_period(connection, Q1)
    with pytest.raises(psycopg2.errors.RaiseException, match=r"governance\.scorecard is append-only"):
        built.query(statement)


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ("update governance.scorecard set score = 99 where supplier_id = 'S1'", "card 1 (S1, 2026-Q1, version 1) is not"),
        ("update governance.scorecard set content = replace(content, '75.00', '76.00') where scorecard_number = 2", "card 2 (S2"),
        ("delete from governance.scorecard where scorecard_number = 1", "card 1 is missing"),
    ],
)  # fmt: skip
def test_a_changed_card_is_found_and_nothing_is_frozen_behind_it(
    built: Warehouse, connection: Connection, capsys: pytest.CaptureFixture[str], tampering: str, problem: str
) -> None:
    publish_period(connection, Q1)
    assert main(["--check", "--database-url", built.admin_url]) == 0
    _as_owner(built, tampering)
    assert main(["--check", "--database-url", built.admin_url]) == 1
    assert problem in capsys.readouterr().out
    with pytest.raises(ScorecardsBroken, match="published scorecards; expected what was frozen"):
        publish_period(connection, parse_period("2026-02"))


def test_the_command_freezes_and_reports(
    built: Warehouse, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    address = ["--database-url", built.admin_url]
    assert main(["--period", "2026-Q1", "--supplier", "S1", *address]) == 0
    assert "2026-Q1        1  scored  75.00  strict_low" in capsys.readouterr().out
    assert main(["--due", "--as-of", "2026-04-20T01:00:00Z", *address]) == 0
    assert capsys.readouterr().out.startswith("1 scorecards frozen, 0 were before")
    assert main(["--period", "2026-Q5", *address]) == 1
    assert "expected a month such as 2026-03" in capsys.readouterr().err


@pytest.mark.parametrize("written", ["2026-03", "2026-Q1", "2026"])
def test_a_period_is_read_as_it_is_written(written: str) -> None:
    assert str(parse_period(written)) == written


def test_the_fourth_quarter_begins_in_october() -> None:
    assert parse_period("2026-Q4").first_day == date(2026, 10, 1)


@pytest.mark.parametrize("written", ["", "2026-13", "2026-Q0", "26-01", "2026-1", "2026-01-01", "0000", "２０２６"])
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(PeriodInvalid, match="expected a month such as 2026-03"):
        parse_period(written)


def test_terms_delivered_before_months_could_fade_out_are_still_an_exact_repeat(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    migration = import_module("supplier_sla.migrations.versions.0020_scorecards")
    before = ", ".join(name for name in migration.HASHED_COLUMNS.split() if name != migration.ADDED)
    write_exports(tmp_path, {"scorecard_terms": [{"period_kind": "year", "valid_from": "2026-01-01"}]})
    land_exports(warehouse.loader_url, tmp_path, as_of=AS_OF, run_id="before")
    warehouse.query(
        f"update raw.scorecard_terms set _row_hash = md5(row({before})::text)::uuid;"
        f"alter table raw.scorecard_terms drop column {migration.ADDED} cascade; drop table governance.scorecard"
    )
    engine = create_engine(sqlalchemy_url(warehouse.admin_url), poolclass=NullPool)
    with engine.begin() as opened, Operations.context(MigrationContext.configure(opened)):
        migration.upgrade()

    with (tmp_path / "scorecard_terms.csv").open("a", encoding="utf-8") as file:
        file.write("\n")  # other bytes, the same row
    report = land_exports(warehouse.loader_url, tmp_path, as_of=AS_OF, run_id="after")
    assert (report.rows.rows_in_file, report.rows.rows_repeated) == (1, 1)
