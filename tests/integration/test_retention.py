"""Old personal values go, except where something still depends on them; every number stays what it was."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors

from supplier_sla.database import session
from supplier_sla.landing.contract import load_contracts
from supplier_sla.retention.__main__ import main
from supplier_sla.warehouse.slots import choose_slot
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import Rows, build_and_publish, land, night, write_exports
from tests.support.register import event, register, service_level, ticket

MIGRATION = import_module("supplier_sla.migrations.versions.0010_privacy")

AS_OF = utc("2026-03-15 12:00")
POLICY = """
months: {tickets: 24, ticket_events: 24, contacts: 24, survey_responses: 24, quarantined_rows: 1}
"""

WORDS = {"title": "printer of Ann", "address": "5 Ann Street"}


def old(ticket_id: str, **changes: str) -> dict[str, str]:
    """Opened and solved within an hour in 2023, with words about a person."""
    return ticket(ticket_id, "2023-05-02T08:00:00Z", resolved_at="2023-05-02T08:30:00Z", **WORDS) | changes


def decision(kind: str, ticket_id: str, decided_at: str) -> dict[str, str]:
    return {
        "decision_id": f"{kind} {ticket_id}", "decision_kind": kind, "contract_id": "C1", "ticket_id": ticket_id,
        "decided_by": "controller", "decided_at": decided_at,
    }  # fmt: skip


def survey_answer(response_id: str, answered_at: str) -> dict[str, str]:
    return {
        "response_id": response_id, "question_code": "overall", "ticket_id": "old", "supplier_id": "S1", "score": "4",
        "answered_at": answered_at, "scale_min": "1", "scale_max": "5", "comment": "Ann was quick",
    }  # fmt: skip


EXPORTS: dict[str, Rows] = {
    **register(
        service_levels=[service_level(target_unit="calendar_minutes", target_value="60", calendar_id="")],
        penalty_terms=[
            {"penalty_term_id": "P1", "contract_id": "C1", "service_level_id": "RES", "valid_from": "2020-01-01",
             "penalty_kind": "fixed_per_miss", "amount": "50"}
        ],
    ),
    "tickets": [
        old("old", requester="Ann"),
        old("missed", resolved_at="2023-05-02T11:30:00Z"),
        old("open", resolved_at=""),
        old("reopened"),
        old("disputed"),
        old("ruled"),
        old("recent", opened_at="2026-03-02T08:00:00Z", resolved_at="2026-03-02T08:30:00Z"),
    ],
    "ticket_events": [
        event("old", "2023-05-02T08:10:00Z", "commented", actor_id="ann"),
        event("reopened", "2023-05-02T08:30:00Z", "resolved", actor_id="ann"),
        event("reopened", "2023-05-03T08:30:00Z", "reopened", actor_id="ann"),
        event("recent", "2023-05-03T08:30:00Z", "commented", actor_id="ann"),
    ],
    "contacts": [
        {
            "contact_id": f"about {ticket_id or 'nothing'}", "ticket_id": ticket_id, "contact_text": "Ann called",
            "contacted_at": "2023-05-02T08:00:00Z",
        }
        for ticket_id in ("old", "", "missed", "recent")
    ],
    "survey_responses": [survey_answer("R1", "2023-05-03T08:00:00Z"), survey_answer("R2", "2026-03-01T08:00:00Z")],
    "decisions": [
        decision("dispute", "disputed", "2023-06-01T08:00:00Z"),
        decision("ruling", "disputed", "2023-05-01T08:00:00Z"),
        decision("dispute", "ruled", "2023-06-01T08:00:00Z"),
        decision("ruling", "ruled", "2023-07-01T08:00:00Z"),
    ],
}  # fmt: skip
# An address that was emptied is one that is missing.
EMPTIED = {"title", "address", "comment", "actor_id", "without_address_count"}


@dataclass(frozen=True)
class Retained:
    """The same published night before and after retention, and all that the command said on the way."""

    warehouse: Warehouse
    home: Path
    raw_untouched: bool
    dry_run: str
    applied: str
    again: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    slot_reason: str


@pytest.fixture(scope="module")
def retained(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retained]:
    home = tmp_path_factory.mktemp("retention")
    (home / "retention.yml").write_text(POLICY, encoding="utf-8")
    with another_warehouse(template_database, "retention") as warehouse:
        night(warehouse, home, EXPORTS, AS_OF)
        before, raw = marts_digest(warehouse), contents(warehouse, "raw")
        dry_run = run(warehouse, home)
        raw_untouched = contents(warehouse, "raw") == raw
        applied, again = run(warehouse, home, "--apply", "--by", "steward"), run(warehouse, home)
        build_and_publish(warehouse, home, AS_OF)
        after = marts_digest(warehouse)
        with session(warehouse.transformer_url) as connection:
            choice = choose_slot(connection, as_of=AS_OF, run_id="next", fingerprint="test", force=True)
            connection.rollback()
        warehouse.query("update ops.slot set state = 'published'")
        yield Retained(warehouse, home, raw_untouched, dry_run, applied, again, before, after, choice.reason)


def run(warehouse: Warehouse, home: Path, *options: str, code: int = 0) -> str:
    """What `scripts/retention` says, runs of blanks as one."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        assert main(["--home", str(home), "--database-url", warehouse.admin_url, *options]) == code, said.getvalue()
    return "\n".join(" ".join(line.split()) for line in said.getvalue().splitlines())


def contents(warehouse: Warehouse, schema: str) -> list[str]:
    """All rows of all tables of a schema, as text."""
    tables = warehouse.query(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind in ('r', 'v') order by 1",
        (schema,),
    )
    return [
        text
        for (table,) in tables
        for (text,) in warehouse.query(f'select t::text from {schema}."{table}" as t order by 1')
    ]


def marts_digest(warehouse: Warehouse) -> dict[str, str]:
    """One hash per readers' table over all its rows, without the columns that retention empties."""
    views = warehouse.query("select viewname from pg_views where schemaname = 'marts' order by 1")
    digest = (
        "select coalesce(md5(string_agg(kept, E'\\n' order by kept)), '') from"
        " (select (to_jsonb(t) - %s::text[])::text as kept from marts.{} as t) as rows"
    )
    return {view: warehouse.query(digest.format(view), (list(EMPTIED),))[0][0] for (view,) in views}


def test_a_dry_run_changes_nothing_and_is_the_default(retained: Retained) -> None:
    assert retained.raw_untouched
    assert retained.dry_run.splitlines()[0].endswith("(dry run, nothing is changed)")
    with pytest.raises(SystemExit):
        main(["--dry-run", "--apply"])


def test_rows_at_rest_lose_their_personal_values_and_nothing_else(retained: Retained) -> None:
    query = retained.warehouse.query
    assert query(
        "select ticket_id, title is null, address is null, _extra is null, opened_at is not null"
        " from raw.tickets where num_nulls(title, address) > 0 order by 1"
    ) == [("old", True, True, True, True), ("ruled", True, True, True, True)]
    assert query("select ticket_id from raw.ticket_events where actor_id is null") == [("old",)]
    assert query("select ticket_id from raw.contacts where contact_text is null order by 1") == [("old",), (None,)]
    assert query("select response_id from raw.survey_responses where comment is null") == [("R1",)]


def test_what_is_held_is_told_with_its_reason(retained: Retained) -> None:
    lines = retained.applied.splitlines()
    assert lines[1] == "entity at rest since before emptied held: open held: ledger held: dispute"
    assert lines[2:7] == [
        "contacts 2024-03-15 2 0 1 0",
        "quarantined_rows 2026-02-15 0 0 0 0",
        "survey_responses 2024-03-15 1 0 0 0",
        "ticket_events 2024-03-15 1 2 0 0",
        "tickets 2024-03-15 2 2 1 1",
    ]


def test_nothing_is_left_to_do_after_it_was_done(retained: Retained) -> None:
    assert "tickets 2024-03-15 0 2 1 1" in retained.again


def test_what_was_done_is_on_record_and_stays_there(retained: Retained) -> None:
    record = retained.warehouse.query(
        "select months, limit_at, as_of, emptied_columns, rows_emptied, rows_held_open, rows_held_ledger,"
        " rows_held_dispute, done_by from ops.retention where entity = 'tickets'"
    )
    assert record == [(24, utc("2024-03-15 12:00"), AS_OF, ["title", "address", "_extra"], 2, 2, 1, 1, "steward")]
    with pytest.raises(psycopg2.errors.RaiseException, match="append-only"):
        retained.warehouse.query("delete from ops.retention")


def test_a_rebuild_after_it_says_the_same_but_for_what_was_emptied(retained: Retained) -> None:
    assert retained.before["fct_penalty"] != ""
    assert retained.after == retained.before
    query = retained.warehouse.query
    assert query("select ticket_id from marts.fct_ticket where title is null order by 1") == [("old",), ("ruled",)]
    assert query("select count(*) from marts.fct_survey_answer where comment is null") == [(1,)]


def test_both_slots_are_built_in_full_once(retained: Retained) -> None:
    ((reason,),) = retained.warehouse.query("select build_reason from ops.slot where slot = 'marts_green'")
    assert reason.startswith("in full")
    assert retained.slot_reason.startswith("in full (not on record what its last build used)")


def test_a_row_delivered_again_brings_nothing_back(retained: Retained, tmp_path: Path) -> None:
    rows = [dict(row) for row in EXPORTS["tickets"]]
    write_exports(tmp_path, {"tickets": [*rows, old("new", title="")]})
    report = land(retained.warehouse, tmp_path, AS_OF)
    assert (report.rows.rows_repeated, report.rows.rows_loaded) == (len(rows), 1)


def test_values_in_quarantine_go_by_the_night_that_kept_them_out(warehouse: Warehouse, tmp_path: Path) -> None:
    for name, as_of in [("then", "2026-01-15 12:00"), ("now", "2026-03-15 12:00")]:
        write_exports(tmp_path / name, {"tickets": [ticket(f"{name} of Ann", "yesterday")]})
        land(warehouse, tmp_path / name, utc(as_of))
    publish_by_hand(warehouse)
    (tmp_path / "retention.yml").write_text("months: {quarantined_rows: 1}", encoding="utf-8")
    assert "quarantined_rows 2026-02-15 1 0 0 0" in run(warehouse, tmp_path, "--apply")
    assert warehouse.query(
        "select value_found, record ->> 'ticket_id', reason_code from ops.quarantined_row order by as_of"
    ) == [(None, None, "wrong_type"), ("yesterday", "now of Ann", "wrong_type")]


def publish_by_hand(warehouse: Warehouse) -> None:
    warehouse.query(
        "insert into ops.publication (publication_id, slot, as_of, delivery_watermark, build_fingerprint, run_id,"
        " ledger_lines_posted) values (1, 'marts_blue', %s, 0, '', '', 0)",
        (AS_OF,),
    )


def test_retention_waits_for_a_night_and_for_an_instant_that_has_come(warehouse: Warehouse, tmp_path: Path) -> None:
    assert "expected how many months" in run(warehouse, tmp_path, code=1)
    (tmp_path / "retention.yml").write_text("months: {contacts: 24}", encoding="utf-8")
    assert "next: run scripts/nightly first" in run(warehouse, tmp_path, code=1)
    publish_by_hand(warehouse)
    late = run(warehouse, tmp_path, "--as-of", "2026-03-15T12:00:01Z", code=1)
    assert "give --as-of 2026-03-15T12:00:00+00:00 or earlier" in late
    assert "contacts 2021-03-15" in run(warehouse, tmp_path, "--as-of", "2023-03-15T12:00:00Z")
    warehouse.query("update ops.slot set state = 'building' where slot = 'marts_green'")
    assert "found one that builds" in run(warehouse, tmp_path, code=1)


@pytest.mark.parametrize("policy", ["months: {exclusions: 24}", "months: {contacts: 0}", "months: {}", "years: {}"])
def test_a_policy_for_what_is_never_emptied_is_refused(warehouse: Warehouse, tmp_path: Path, policy: str) -> None:
    (tmp_path / "retention.yml").write_text(policy, encoding="utf-8")
    assert "retention.yml is not valid" in run(warehouse, tmp_path, code=1)


def test_the_role_may_empty_what_the_contracts_say_and_no_more(retained: Retained) -> None:
    granted = retained.warehouse.query(
        "select table_name, array_agg(column_name::text order by column_name)"
        " from information_schema.column_privileges"
        " where grantee = 'retention' and privilege_type = 'UPDATE' and table_schema = 'raw' group by 1"
    )
    assert dict(granted) == {
        entity: sorted([*contract.emptied_columns, "_extra"])
        for entity, contract in load_contracts().items()
        if contract.rests_from
    }


@pytest.mark.parametrize(
    "statement",
    [
        "update raw.tickets set state_code = null",
        "delete from raw.tickets",
        "insert into raw.tickets (_delivery_id, _line, _row_hash) values (1, 1, gen_random_uuid())",
        "update finance.ledger_line set amount = 1",
        "update ops.slot set state = 'empty'",
        "update ops.retention set months = 1",
        "select * from raw.suppliers",
    ],
)
def test_the_role_may_do_nothing_else(retained: Retained, statement: str) -> None:
    with session(retained.warehouse.admin_url) as connection, connection.cursor() as cursor:
        cursor.execute("set role retention")
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(statement)


def test_the_loader_cannot_become_the_role_that_empties(retained: Retained) -> None:
    with (
        session(retained.warehouse.loader_url) as connection,
        connection.cursor() as cursor,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        cursor.execute("set role retention")
