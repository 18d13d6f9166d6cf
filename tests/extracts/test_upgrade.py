"""Extracts that were numbered before receivers and layouts came keep their number, their hash and their bytes."""

from __future__ import annotations

import hashlib
import zlib
from importlib import import_module
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from supplier_sla.database import sqlalchemy_url
from supplier_sla.extracts.layouts.columns import BREACH_COLUMNS, PENALTY_COLUMNS
from tests.conftest import Warehouse
from tests.extracts.nights import contents, hand, night

EXTRACTS = import_module("supplier_sla.migrations.versions.0016_extracts")

# What the software of then wrote for the ledger below; taken from it, not computed here.
HASHES_OF_THEN = {
    "breach_extract_000001.control.json": "0bdd4b6cdbaf91599c88d91557e037b377a8474ddec9bb443844c2f46620c460",
    "breach_extract_000001.csv": "f623559e2226106f0c582bba4bd0a488040a4d2c1257ae412112adf1d99d402c",
    "penalty_extract_000001.control.json": "be5f4f4f5c14adfc9f651b9734f81dda3faca01b8366a756364f27b879a22f07",
    "penalty_extract_000001.csv": "b1667823b38cccbaddecefe3437e053cb86cd6707adb43197412e8fd7400c77c",
}

LEDGER_OF_THEN = """
insert into finance.ledger_line (line_number, publication_id, line_kind, contract_id, penalty_term_id, period_month,
    currency_code, amount, owed_amount, accounting_period, corrects_line_number, as_of, detail, previous_hash, line_hash)
values
    (1, 1, 'initial', 'C-1', 'T-1', '2026-01-01', 'CNY', 100, 100, '2026-02-01', null, '2026-02-10T22:54:00.5Z',
        '{"supplier_id": "S-1", "supplier_name": "=Acme", "supplier_name_zh": "安可", "clause": "4.1",
          "unit_amount": "50", "owed_amount": "100.00", "cost_centre": "4711", "gl_account": null}', 'a', 'b'),
    (2, 1, 'adjustment', 'C-1', 'T-1', '2026-01-01', 'CNY', -0.10, 99.90, '2026-02-01', 1, '2026-02-10T22:54:00Z',
        '{"supplier_id": "S-1", "supplier_name": "a, \\"b\\"", "cost_centre": "4711"}', 'b', 'c');
insert into finance.ledger_evidence (line_number, evidence_number, detail)
values (1, 1, '{"ticket_key": "desk/7", "source_system": "desk", "ticket_id": "-7", "target_seconds": "3600",
    "started_at": "2026-01-05T00:00:00.500000+00:00", "_source_row_number": "7", "stopped_at": null}');
"""

TABLES_OF_THEN = """
drop table ops.extract_draft, ops.extract_held_line, finance.extract_file, finance.extract_line,
    finance.extract_written, finance.extract cascade;
create table finance.extract (
    extract_number bigint primary key,
    as_of timestamptz not null,
    line_count bigint not null,
    penalty_sha256 text not null,
    breach_sha256 text not null
);
create table finance.extract_line (
    line_number bigint primary key references finance.ledger_line,
    extract_number bigint not null references finance.extract
);
create table finance.extract_written (
    extract_number bigint primary key references finance.extract,
    written_at timestamptz not null default clock_timestamp()
);
create trigger refuse_row_change before update or delete on finance.extract_line
    for each row execute function finance.refuse_change();
grant select, insert on finance.extract, finance.extract_line, finance.extract_written to transformer;
"""

# It went with the tables; the next night would build it anew.
STATES = """
create view intermediate_blue.int_settlement__line_states as
select line_number, true as is_released, extract_number from finance.extract_line;
alter view intermediate_blue.int_settlement__line_states owner to transformer;
"""


def test_a_number_of_then_is_written_now_with_the_bytes_that_were_promised(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    night(warehouse)
    warehouse.query(LEDGER_OF_THEN)
    warehouse.query(TABLES_OF_THEN)
    hashes = (HASHES_OF_THEN["penalty_extract_000001.csv"], HASHES_OF_THEN["breach_extract_000001.csv"])
    warehouse.query("insert into finance.extract values (1, '2026-02-10T22:54:00Z', 2, %s, %s)", hashes)
    warehouse.query("insert into finance.extract_line values (1, 1), (2, 1)")

    engine = create_engine(sqlalchemy_url(warehouse.admin_url), poolclass=NullPool)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        EXTRACTS.upgrade()

    kept = warehouse.query("select file_name, sha256, content from finance.extract_file")
    assert {name: digest for name, digest, _ in kept} == HASHES_OF_THEN
    assert {name: hashlib.sha256(zlib.decompress(content)).hexdigest() for name, _, content in kept} == HASHES_OF_THEN
    assert warehouse.query("select receiver_code, line_number, attempt_number, amount::text from finance.extract_line") == [
        ("finance", 1, 1, "100.00"), ("finance", 2, 1, "-0.10"),
    ]  # fmt: skip

    warehouse.query(STATES)
    hand(warehouse, tmp_path)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in contents(tmp_path).items()} == HASHES_OF_THEN
    assert warehouse.query("select receiver_code, extract_number from finance.extract_written") == [("finance", 1)]


def test_columns_stay_where_tools_have_been_told_to_find_them() -> None:
    for then, now in ((EXTRACTS.PENALTY_COLUMNS, PENALTY_COLUMNS), (EXTRACTS.BREACH_COLUMNS, BREACH_COLUMNS)):
        names = [name.rstrip("*") for name in then.split()]
        assert [column.name for column in now][: len(names)] == names
