"""Which rows of raw are not those that were let in, without building anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.rebuild.publication import NothingToRebuild, PastPublication, publication_in_force
from supplier_sla.rebuild.raw_rows import MOST_ROWS_NAMED, RawRows, check_raw_rows
from supplier_sla.rebuild.rebuild import ComparedTable, Rebuild
from supplier_sla.rebuild.scratch import DeliveriesMissing, prepare
from supplier_sla.rebuild.text import rebuild_lines
from supplier_sla.warehouse.content import TableContent
from tests.conftest import Warehouse
from tests.support.nights import land, write_exports
from tests.support.register import register, ticket
from tests.support.slot_tables import AS_OF, night, penalty


@pytest.fixture
def published(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """A register and three tickets, delivered and published."""
    tickets = [ticket(f"T{number}", "2026-01-12T08:00:00Z", title="Printer") for number in range(3)]
    write_exports(tmp_path, register(tickets=tickets))
    land(warehouse, tmp_path, AS_OF)
    night(warehouse, penalty())
    return warehouse


def checked(warehouse: Warehouse) -> RawRows:
    with session(warehouse.admin_url) as connection, connection, connection.cursor() as cursor:
        prepare(cursor, publication_in_force(cursor, AS_OF))
        return check_raw_rows(cursor, "marts_rebuild")


def test_every_row_is_as_it_was_loaded(published: Warehouse) -> None:
    found = checked(published)
    assert (found.delivery_count, found.row_count, found.emptied_count, found.problems) == (6, 8, 0, [])


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        pytest.param(
            "update raw.tickets set opened_at = '2026-01-01T00:00:00Z' where ticket_id = 'T1'",
            "tickets.csv line 3: the row in raw.tickets is not the one that was loaded",
            id="changed",
        ),
        pytest.param(
            "delete from raw.tickets where ticket_id = 'T1'",
            "tickets.csv: 3 rows were loaded into raw.tickets, 2 are there",
            id="removed",
        ),
        pytest.param(
            "insert into raw.tickets select * from raw.tickets where ticket_id = 'T1'",
            "tickets.csv: 3 rows were loaded into raw.tickets, 4 are there",
            id="added",
        ),
        pytest.param(
            "update raw.tickets set title = null where ticket_id = 'T1'",
            "tickets.csv line 3: the row in raw.tickets is not the one that was loaded",
            id="emptied by hand",
        ),
    ],
)
def test_tampering_names_file_and_line(published: Warehouse, statement: str, problem: str) -> None:
    published.query(statement)
    assert checked(published).problems == [problem]


def test_what_retention_has_emptied_is_no_tampering(published: Warehouse) -> None:
    published.query(
        "update raw.tickets set title = null where ticket_id = 'T1';"
        "insert into ops.retention (entity, months, limit_at, as_of, emptied_columns, rows_emptied, rows_held_open,"
        " rows_held_ledger, rows_held_dispute, done_by) values ('tickets', 1, now(), now(), '{title}', 1, 0, 0, 0, 'ann')"
    )
    found = checked(published)
    assert (found.problems, found.emptied_count) == ([], 1)


def test_many_changed_rows_are_counted_and_some_are_named() -> None:
    found = RawRows()
    for number in range(MOST_ROWS_NAMED + 5):
        found.add(str(number))
    assert (found.problem_count, len(found.problems)) == (MOST_ROWS_NAMED + 5, MOST_ROWS_NAMED)


def test_a_delivery_that_is_gone_from_the_book_is_missed(published: Warehouse) -> None:
    published.query(
        "set session_replication_role = replica; delete from ops.delivery where relative_path = 'tickets.csv'"
    )
    with pytest.raises(DeliveriesMissing, match="expected the 6 deliveries that it was built from; found 5 of them"):
        checked(published)


def test_a_publication_older_than_the_record_says_so(published: Warehouse) -> None:
    published.query("set session_replication_role = replica; delete from ops.publication_content")
    with pytest.raises(NothingToRebuild, match="found none: a version of the product published it"):
        checked(published)


def test_a_night_is_on_record_with_its_deliveries_and_content(published: Warehouse) -> None:
    assert published.query("select deliveries::text from ops.publication") == [("{[1,7)}",)]
    recorded = {
        table: (rows, {"contract_id", "period_month"} <= set(columns))
        for table, columns, rows in published.query(
            "select table_name, column_names, row_count from ops.publication_content"
        )
    }
    assert recorded == {"fct_penalty": (1, True), "fct_penalty_ticket": (0, True)}


def _found(*, agrees: bool, problems: int = 0, is_same_product: bool = True) -> str:
    published = TableContent("fct_penalty", ("a",), 1, "0" * 64)
    now = published if agrees else TableContent("fct_penalty", ("a",), 1, "f" * 64)
    raw = RawRows(delivery_count=1, row_count=1)
    for _ in range(problems):
        raw.add("a row")
    publication = PastPublication(1, AS_OF, 1, 1, "models", (published,))
    found = Rebuild(publication, (ComparedTable(published, now),), (), raw, is_same_product)
    return "\n".join(rebuild_lines(found))


def test_tampering_another_version_and_what_is_neither_are_told_apart() -> None:
    assert _found(agrees=True, is_same_product=False).endswith("all agree: this is what was published")
    assert "rows in raw were changed" in _found(agrees=False, problems=1, is_same_product=False)
    assert "check out the version of the product" in _found(agrees=False, is_same_product=False)
    assert "compare them with a backup" in _found(agrees=False)
