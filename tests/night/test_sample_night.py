"""One night on the generated company, as a controller, an auditor and an analyst would look at it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import psycopg2
import pytest

from supplier_sla.sample import SampleOptions, generate
from tests.night.conftest import SampleNight
from tests.support.commands import NightHome

pytestmark = pytest.mark.night


def test_every_planted_bad_row_is_quarantined_and_every_bad_file_refused(
    sample_night: SampleNight, tmp_path: Path
) -> None:
    planted = generate(SampleOptions(out=tmp_path / "again"))
    bad_rows = sum(sum(kinds.values()) for kinds in planted.bad_rows.values())
    latin_1_rows = 1
    assert sample_night.first.number(r"([\d,]+) quarantined") == bad_rows + latin_1_rows
    assert sample_night.first.number(r"([\d,]+) refused") == 4


def test_rows_delivered_are_loaded_quarantined_or_repeated(sample_night: SampleNight) -> None:
    lost = sample_night.home.query(
        "select relative_path from ops.delivery where rows_in_file <> rows_loaded + rows_quarantined + rows_repeated",
        admin=True,
    )
    assert lost == []


def test_every_ticket_of_the_sample_is_in_the_marts(sample_night: SampleNight) -> None:
    assert sample_night.home.query("select count(*) from marts.fct_ticket") == [(900,)]


def test_a_second_night_loads_nothing_posts_nothing_changes_nothing(sample_night: SampleNight) -> None:
    home = sample_night.home
    marts, outbox = home.marts_digest(), sorted(home.outbox.iterdir())
    ledger = home.query("select count(*), sum(amount) from finance.ledger_line", admin=True)
    raw = home.query("select count(*) from raw.tickets", admin=True)
    second = home.run()
    assert second.code == 0
    assert second.number(r"files +([\d,]+) delivered") == 0
    assert second.number(r"rows +([\d,]+) delivered") == 0
    assert "nothing to build: nothing new since publication 1" in second.output
    assert home.marts_digest() == marts
    assert sorted(home.outbox.iterdir()) == outbox
    assert home.query("select count(*), sum(amount) from finance.ledger_line", admin=True) == ledger
    assert home.query("select count(*) from raw.tickets", admin=True) == raw


def test_building_the_same_night_again_in_the_other_slot_gives_the_same_bytes(sample_night: SampleNight) -> None:
    home = sample_night.home
    slot_shown = "select slot from ops.publication order by publication_id desc limit 1"
    slot, marts = home.query(slot_shown, admin=True), home.marts_digest()
    again = home.run("--force")
    assert again.code == 0, again.output + again.errors
    assert home.query(slot_shown, admin=True) != slot
    assert home.marts_digest() == marts
    assert "0 ledger lines posted" in again.output


def test_penalties_equal_an_independent_calculation(sample_night: SampleNight) -> None:
    """From the readers' tables alone, in Python's decimals: misses and attainment x terms x fees, then the cap."""
    home = sample_night.home
    misses: dict[tuple, int] = defaultdict(int)
    measured: dict[tuple, int] = defaultdict(int)
    for contract, level, month, status in home.query(
        "select contract_id, service_level_id, period_month, status_code from marts.fct_ticket_sla"
        " where period_month is not null and status_code in ('met', 'breached', 'running_past_due')"
    ):
        measured[contract, level, month] += 1
        misses[contract, level, month] += status != "met"
    fees = _fees(home)
    left: dict[tuple, Decimal | None] = {
        (contract, month): cap
        for contract, month, cap in home.query(
            "select contract_id, period_month, min(cap_amount) from marts.fct_penalty group by 1, 2"
        )
    }
    checked = 0
    for contract, term, level, month, status, owed, kind, digits in home.query(
        "select p.contract_id, p.penalty_term_id, p.service_level_id, p.period_month, p.status_code, p.owed_amount,"
        " p.penalty_kind, t.rounding_digits"
        " from marts.fct_penalty p join marts.dim_penalty_term t using (penalty_term_key)"
        " where p.status_code in ('owed', 'nothing_owed')"
        ' order by p.contract_id, p.period_month, p.penalty_term_id collate "C"'
    ):
        key = (contract, level, month)
        gross = Decimal(0)
        for amount, ratio, basis, low, high, service in _terms(home, term, month):
            if kind == "fixed_per_miss":
                gross = misses[key] * amount
            else:
                attained = Decimal(measured[key] - misses[key]) / measured[key]
                is_in_band = low <= attained and (high is None or attained < high)
                if is_in_band and measured[key] >= _minimum_sample(home, level):
                    gross = ratio * fees[contract, month, service if basis == "service" else None]
        gross = gross.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        cap_left = left[contract, month]
        expected = gross if cap_left is None else min(gross, cap_left)
        if cap_left is not None:
            left[contract, month] = cap_left - expected
        assert owed == expected, (contract, term, month, owed, expected, status)
        checked += owed > 0
    assert checked > 20


def _terms(home: NightHome, term: str, month: date) -> list[tuple]:
    return home.query(
        "select t.amount, t.fee_ratio, t.fee_basis, t.attainment_from, t.attainment_to,"
        " (select min(s.service_code) from marts.dim_service_level s where s.service_level_id = t.service_level_id)"
        f" from marts.dim_penalty_term t where t.penalty_term_id = '{term}'"
        f" and t.valid_from <= '{month}' and t.valid_to > '{month}'"
    )


def _minimum_sample(home: NightHome, level: str) -> int:
    ((sample,),) = home.query(
        f"select max(minimum_sample) from marts.dim_service_level where service_level_id = '{level}'"
    )
    return sample


def _fees(home: NightHome) -> dict[tuple, Decimal]:
    fees: dict[tuple, Decimal] = defaultdict(Decimal)
    for path in (home.folder / "sample_landing").glob("fees*.csv"):
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                month = date.fromisoformat(row["fee_month"] + "-01")
                fees[row["contract_id"], month, None] += Decimal(row["fee_amount"])
                fees[row["contract_id"], month, row["service_code"]] += Decimal(row["fee_amount"])
    return fees


def test_the_ledger_holds_what_is_owed_per_key(sample_night: SampleNight) -> None:
    differences = sample_night.home.query(
        "select contract_id, penalty_term_id, period_month, currency_code, sum(amount) from ("
        " select contract_id, penalty_term_id, period_month, currency_code, owed_amount as amount"
        " from marts.fct_penalty"
        " union all"
        " select contract_id, penalty_term_id, period_month, currency_code, -amount from finance.ledger_line"
        ") as both_sides group by 1, 2, 3, 4 having sum(amount) <> 0",
        admin=True,
    )
    assert differences == []


def test_the_extract_adds_up_to_its_control_file(sample_night: SampleNight) -> None:
    outbox = sample_night.home.outbox
    control = json.loads((outbox / "penalty_extract_000001.control.json").read_text(encoding="utf-8"))
    content = (outbox / "penalty_extract_000001.csv").read_bytes()
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["currency_code"]] += Decimal(row["amount"])
    assert control["sha256"] == hashlib.sha256(content).hexdigest()
    assert control["row_count"] == len(rows) > 0
    assert control["control_totals"] == {currency: str(total) for currency, total in totals.items()}
    ledger = sample_night.home.query(
        "select currency_code, sum(amount) from finance.ledger_line group by currency_code", admin=True
    )
    assert dict(ledger) == dict(totals)


def test_every_miss_that_costs_is_in_the_breach_extract_with_its_file_and_row(sample_night: SampleNight) -> None:
    home = sample_night.home
    with (home.outbox / "breach_extract_000001.csv").open(encoding="utf-8-sig", newline="") as handle:
        evidence = list(csv.DictReader(handle))
    with (home.outbox / "penalty_extract_000001.csv").open(encoding="utf-8-sig", newline="") as handle:
        penalties = {row["line_number"]: row for row in csv.DictReader(handle)}
    per_line: dict[str, int] = defaultdict(int)
    for row in evidence:
        per_line[row["line_number"]] += 1
    assert {number: int(row["breached_count"]) for number, row in penalties.items()} == dict(per_line)
    for row in evidence[:: max(1, len(evidence) // 20)]:
        path = home.folder / "sample_landing" / row["_source_file"]
        line = path.read_text(encoding="utf-8").split("\n")[int(row["_source_row_number"]) - 1]
        assert row["ticket_id"] in line


def test_a_formula_in_a_suppliers_name_stays_text(sample_night: SampleNight) -> None:
    names = [name for (name,) in sample_night.home.query("select supplier_name from marts.dim_supplier")]
    assert any(name.startswith("=") for name in names), "the sample has such a name"
    text = (sample_night.home.outbox / "penalty_extract_000001.csv").read_text(encoding="utf-8-sig")
    assert not any(cell.startswith("=") for row in csv.reader(text.splitlines()) for cell in row)


def test_the_reader_sees_the_marts_and_nothing_else(sample_night: SampleNight) -> None:
    home = sample_night.home
    assert home.query("select count(*) > 0 from marts.fct_ticket_sla") == [(True,)]
    for table in (
        "raw.tickets",
        "ops.delivery",
        "finance.ledger_line",
        "marts_blue.fct_ticket",
        "intermediate_blue.int_ticket__events",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            home.query(f"select * from {table} limit 1")
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        home.query("create table marts.mine (n integer)")


def test_every_readers_table_and_column_carries_its_description(sample_night: SampleNight) -> None:
    bare = sample_night.home.query(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relnamespace = 'marts'::regnamespace"
        " and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)"
    )
    assert bare == []


def test_data_docs_open_and_hold_no_password(sample_night: SampleNight) -> None:
    docs = sample_night.home.folder / "data_docs"
    password = (sample_night.home.folder / "pgpass").read_text(encoding="utf-8").strip().rsplit(":", 1)[1]
    pages = list(docs.rglob("*.html"))
    assert (docs / "index.html") in pages and len(pages) > 10
    assert not [page for page in pages if password in page.read_text(encoding="utf-8")]


def test_no_log_holds_a_password(sample_night: SampleNight) -> None:
    folder = sample_night.home.folder
    secrets = [(folder / "pgpass").read_text(encoding="utf-8").strip().rsplit(":", 1)[1]]
    secrets.append((folder / "postgres" / "admin_password").read_text(encoding="utf-8").strip())
    for log in [*(folder / "airflow" / "logs").rglob("*.log"), *(folder / "dbt").rglob("*.log")]:
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not any(secret in text for secret in secrets), log


def test_an_earlier_night_is_refused_with_what_to_do(sample_night: SampleNight) -> None:
    earlier = sample_night.home.run("--as-of", "2026-01-01T00:00:00Z")
    assert earlier.code == 1
    assert "an earlier one" in earlier.errors and "next:" in earlier.errors


def test_a_reader_sees_which_files_were_refused_and_why(sample_night: SampleNight) -> None:
    refused = dict(sample_night.home.query("select source_file, reason from marts.qc_refused_delivery"))
    assert set(refused) == {
        "survey_responses_bad_empty_file.csv",
        "tickets_bad_duplicate_header.csv",
        "tickets_bad_missing_column.csv",
        "unknown_name_canteen_menu.csv",
    }
    assert "opened_at" in refused["tickets_bad_missing_column.csv"]
