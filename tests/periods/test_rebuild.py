"""A past night is built again from raw alone, as it was known then; what was changed since is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from supplier_sla.database import session
from supplier_sla.rebuild.__main__ import main
from supplier_sla.rebuild.publication import NothingToRebuild
from supplier_sla.rebuild.rebuild import REBUILD_LOCK, RebuildBusy, rebuild
from supplier_sla.warehouse.content import HASHED_TABLES
from supplier_sla.warehouse.slot_relations import schemas_of
from tests.periods.conftest import NIGHTS, Story


def seen_by_others(story: Story) -> list[list[tuple]]:
    """Everything that a rebuild must leave alone."""
    query = story.warehouse.query
    return [
        query("select * from ops.slot where slot <> 'marts_rebuild' order by slot"),
        query("select * from ops.slot_delivery where slot <> 'marts_rebuild' order by 1, 2"),
        query("select viewname, definition from pg_views where schemaname = 'marts' order by 1"),
        query("select * from ops.publication order by 1"),
        query("select line_hash from finance.ledger_line order by 1"),
    ]


def test_the_three_nights_said_three_different_things(story: Story) -> None:
    hashes = story.warehouse.query(
        "select content_sha256 from ops.publication_content where table_name = 'fct_penalty'"
    )
    assert len(set(hashes)) == 3
    lines = story.warehouse.query("select penalty_term_id, amount from finance.ledger_line where contract_id = 'C1'")
    # 1 miss of 10, in the band; then 3 misses of 12; then 2 of 12.
    assert sorted(lines) == [
        ("band", Decimal("1000.00")), ("miss", Decimal("-150.00")), ("miss", Decimal("150.00")),
        ("miss", Decimal("300.00")),
    ]  # fmt: skip


@pytest.mark.parametrize("night", [1, 2])
def test_an_earlier_night_is_rebuilt_as_it_was_known_then_and_nobody_notices(story: Story, night: int) -> None:
    before = seen_by_others(story)
    found = rebuild(story.warehouse.admin_url, story.home, as_of=NIGHTS[night - 1])
    assert {table.published.table: table.agrees for table in found.tables} == dict.fromkeys(HASHED_TABLES, True)
    assert (found.publication.number, found.ledger, found.raw.problems, found.agrees) == (night, (), [], True)
    # Tickets, and the register of the first night: two late ones more in the second.
    assert found.raw.row_count == {1: 19, 2: 21}[night]
    assert seen_by_others(story) == before
    left = "select count(*) from pg_class join pg_namespace n on n.oid = relnamespace where nspname = any(%s)"
    assert story.warehouse.query(left, (schemas_of("marts_rebuild"),)) == [(0,)]


@contextmanager
def tampered(story: Story, statement: str, undo: str) -> Iterator[None]:
    story.warehouse.query(statement)
    try:
        yield
    finally:
        story.warehouse.query(undo)


def test_a_row_of_raw_that_was_changed_afterwards_is_found_and_named(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    late = "update raw.tickets set resolved_at = '{}' where ticket_id = 'T10'"
    address = ["--home", str(story.home), "--database-url", story.warehouse.admin_url]
    with tampered(story, late.format("2026-01-12T08:30:00Z"), late.format("2026-01-12T10:30:00Z")):
        assert main(["--as-of", "2026-02-10T00:00:00Z", *address]) == 1
    output = capsys.readouterr().out
    assert "rebuild of publication 2, as of 2026-02-04T22:00:00+00:00" in output
    assert [line.split()[-1] for line in output.splitlines() if line.startswith("  fct_penalty ")] == ["DIFFERS"]
    assert "contract C1, clause miss, month 2026-01: penalty of 300.00 EUR is owed, 450.00 EUR posted" in output
    assert "night_2/tickets.csv line 2: the row in raw.tickets is not the one that was loaded" in output
    assert "NOT what was published\n  rows in raw were changed" in output


def test_a_night_before_the_first_cannot_be_rebuilt(story: Story) -> None:
    with pytest.raises(NothingToRebuild, match="expected a night published for that instant or before; found none"):
        rebuild(story.warehouse.admin_url, story.home, as_of=NIGHTS[0].replace(month=1))


def test_two_rebuilds_at_once_are_refused(story: Story) -> None:
    with session(story.warehouse.admin_url) as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", (REBUILD_LOCK,))
        with pytest.raises(RebuildBusy):
            rebuild(story.warehouse.admin_url, story.home, as_of=NIGHTS[0])
