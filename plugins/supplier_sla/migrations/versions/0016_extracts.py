"""Extracts by receiver and layout: every file with its bytes, what each line said, and what was kept in and why."""

import csv
import hashlib
import io
import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
alter table finance.extract_line drop constraint extract_line_extract_number_fkey;
alter table finance.extract_written drop constraint extract_written_extract_number_fkey;
alter table finance.extract
    add column receiver_code text not null default 'finance' check (receiver_code ~ '^[a-z][a-z0-9_]*$'),
    add column layout text not null default 'csv',
    add column layout_version integer not null default 1,
    add column booking_period date,
    drop constraint extract_pkey,
    add primary key (receiver_code, extract_number);
alter table finance.extract
    alter column receiver_code drop default, alter column layout drop default, alter column layout_version drop default;
comment on column finance.extract.layout_version is 'Changes whenever the layout would write other bytes.';
comment on column finance.extract.booking_period is
    'Accounting period that was open when the number was given; empty for numbers given before there were periods.';

alter table finance.extract_line
    add column receiver_code text not null default 'finance',
    add column attempt_number integer not null default 1 check (attempt_number > 0),
    add column amount numeric(18, 2),
    add column currency_code text,
    add column detail jsonb,
    drop constraint extract_line_pkey,
    add primary key (receiver_code, extract_number, line_number),
    add constraint a_line_goes_out_once_per_attempt unique (line_number, attempt_number),
    add foreign key (receiver_code, extract_number) references finance.extract;
alter table finance.extract_line
    alter column receiver_code drop default, alter column attempt_number drop default;
comment on table finance.extract_line is
    'Ledger lines of an extract. One that finance rejected goes out again, corrected, as the next attempt.';
comment on column finance.extract_line.amount is 'As written, with the sign of the receiver.';
comment on column finance.extract_line.detail is 'Key, coding and the supplier''s number, as written.';

alter table finance.extract_written
    add column receiver_code text not null default 'finance',
    drop constraint extract_written_pkey,
    add primary key (receiver_code, extract_number),
    add foreign key (receiver_code, extract_number) references finance.extract;
alter table finance.extract_written alter column receiver_code drop default;

create table finance.extract_file (
    receiver_code text not null,
    extract_number bigint not null,
    file_position integer not null check (file_position > 0),
    file_name text not null,
    row_count bigint,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    content bytea not null,
    primary key (receiver_code, extract_number, file_position),
    unique (receiver_code, file_name),
    foreign key (receiver_code, extract_number) references finance.extract
);
alter table finance.extract_file alter column content set storage external;
comment on table finance.extract_file is
    'The files of an extract in the order in which they are written, data files first, the control file last.';
comment on column finance.extract_file.content is 'The bytes, compressed (zlib); sha256 is of the bytes themselves.';
comment on column finance.extract_file.row_count is 'Rows without the header; empty for control files.';

create table ops.extract_draft (
    receiver_code text not null,
    extract_number bigint not null,
    line_number bigint not null,
    attempt_number integer not null,
    rejected_at timestamptz,
    amount numeric(18, 2) not null,
    amount_sign integer not null,
    currency_code text not null,
    booking_period date not null,
    control_line_count bigint not null,
    control_total numeric(24, 2) not null
);
comment on table ops.extract_draft is
    'What the next extract of each receiver would say, for the expectations of the file door; emptied by a number.';

create table ops.extract_held_line (
    line_number bigint primary key references finance.ledger_line,
    contract_id text not null,
    penalty_term_id text not null,
    period_month date not null,
    currency_code text not null,
    amount numeric(18, 2) not null,
    reason_code text not null,
    explanation text not null,
    as_of timestamptz not null
);
comment on table ops.extract_held_line is
    'Released ledger lines that could not go out at the last hand-over, and why; rewritten by each.';
"""

# Triggers refuse every change of rows; the columns of numbers given so far are filled before they are back.
FILL = """
alter table finance.extract_line disable trigger refuse_row_change;
update finance.extract_line as extracted
set
    amount = line.amount, currency_code = line.currency_code,
    detail = jsonb_build_object(
        'contract_id', line.contract_id, 'penalty_term_id', line.penalty_term_id,
        'period_month', line.period_month::text, 'supplier_id', line.detail ->> 'supplier_id',
        'cost_centre', line.detail ->> 'cost_centre', 'gl_account', line.detail ->> 'gl_account',
        'tax_treatment_code', line.detail ->> 'tax_treatment_code'
    )
from finance.ledger_line as line
where line.line_number = extracted.line_number;
alter table finance.extract_line enable trigger refuse_row_change;
alter table finance.extract_line
    alter column amount set not null, alter column currency_code set not null, alter column detail set not null;
"""

GRANTS = """
grant select, insert on finance.extract_file to transformer;
grant select, insert, delete on ops.extract_draft, ops.extract_held_line to transformer;
"""

# A photograph of the only layout that there was, to keep the bytes of the numbers given in it.
PENALTY_COLUMNS = (
    "extract_number line_number line_kind* corrects_line_number accounting_period* supplier_id* supplier_name*"
    " supplier_name_zh* contract_id* contract_name* penalty_term_id* clause* service_level_id*"
    " period_month* currency_code* amount owed_amount penalty_kind* breached_count measured_count attainment_ratio"
    " band_from band_to unit_amount fee_ratio fee_amount gross_amount cap_amount cap_clause* gross_before_amount"
    " cap_reduction_amount tax_treatment_code* cost_centre* gl_account* as_of* line_hash*"
)
BREACH_COLUMNS = (
    "extract_number line_number evidence_number contract_id* penalty_term_id* period_month* source_system* ticket_id*"
    " work_centre_id* service_level_id* priority_applied_code* target_seconds elapsed_seconds overdue_seconds"
    " started_at* breached_at* stopped_at* status_code* _source_file* _source_row_number"
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

PENALTIES = """
select line.detail || (to_jsonb(line) - 'detail') || jsonb_build_object(
    'amount', line.amount::text, 'owed_amount', line.owed_amount::text
), line.as_of
from finance.ledger_line as line
inner join finance.extract_line as extracted using (line_number)
where extracted.extract_number = :number
order by line.line_number
"""
BREACHES = """
select evidence.detail || jsonb_build_object(
    'line_number', evidence.line_number, 'evidence_number', evidence.evidence_number, 'contract_id', line.contract_id,
    'penalty_term_id', line.penalty_term_id, 'period_month', line.period_month
), null
from finance.ledger_evidence as evidence
inner join finance.ledger_line as line using (line_number)
inner join finance.extract_line as extracted using (line_number)
where extracted.extract_number = :number
order by evidence.line_number, evidence.evidence_number
"""
TOTALS = """
select currency_code, sum(amount)::text from finance.extract_line where extract_number = :number
group by currency_code order by currency_code
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FILL)
    _keep_bytes()
    op.execute("alter table finance.extract drop column penalty_sha256, drop column breach_sha256")
    for event, each in (("update or delete", "row"), ("truncate", "statement")):
        name = "refuse_row_change" if each == "row" else "refuse_truncate"
        op.execute(
            f"create trigger {name} before {event} on finance.extract_file"
            f" for each {each} execute function finance.refuse_change()"
        )
    op.execute(GRANTS)


def _keep_bytes() -> None:
    connection = op.get_bind()
    given: Sequence[Any] = connection.execute(
        text("select extract_number, penalty_sha256, breach_sha256 from finance.extract order by extract_number")
    ).fetchall()
    for number, penalty_sha256, breach_sha256 in given:
        totals: dict[str, str] = dict(connection.execute(text(TOTALS), {"number": number}).tuples().all())
        files = [
            *_files(connection, number, "penalty", PENALTY_COLUMNS, PENALTIES, penalty_sha256, totals),
            *_files(connection, number, "breach", BREACH_COLUMNS, BREACHES, breach_sha256, None),
        ]
        for position, (name, rows, digest, content) in enumerate(files, start=1):
            connection.execute(
                text(
                    "insert into finance.extract_file (receiver_code, extract_number, file_position, file_name,"
                    " row_count, sha256, content) values ('finance', :number, :position, :name, :rows, :digest,"
                    " :content)"
                ),
                {
                    "number": number, "position": position, "name": name, "rows": rows, "digest": digest,
                    "content": zlib.compress(content, 9),
                },
            )  # fmt: skip


def _files(
    connection: Connection,
    number: int,
    kind: str,
    columns: str,
    statement: str,
    promised: str,
    totals: dict[str, str] | None,
) -> list[tuple[str, int | None, str, bytes]]:
    """A data file and its control file. The hash is the one that was promised with the number, whatever came out."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    names = columns.split()
    writer.writerow([name.rstrip("*") for name in names])
    rows: Sequence[Any] = connection.execute(text(statement), {"number": number}).fetchall()
    for content, as_of in rows:
        instant = {} if as_of is None else {"as_of": as_of.astimezone(UTC).isoformat()}
        said = {**content, "extract_number": number, **instant}
        writer.writerow([_cell(said.get(name.rstrip("*")), guard=name.endswith("*")) for name in names])
    data = b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")
    name = f"{kind}_extract_{number:06d}"
    control: dict[str, object] = {
        "extract_number": number,
        "file_name": f"{name}.csv",
        "row_count": len(rows),
        "sha256": promised,
    }
    if totals is not None:
        control["control_totals"] = totals
    control_bytes = (json.dumps(control, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")
    return [
        (f"{name}.csv", len(rows), promised, data),
        (f"{name}.control.json", None, hashlib.sha256(control_bytes).hexdigest(), control_bytes),
    ]


def _cell(value: object, *, guard: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    said = str(value)
    return f"'{said}" if guard and said.startswith(FORMULA_STARTS) else said
