"""Under which setting personal values were let in, what retention has emptied, and a role that may empty it."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
create table ops.personal_setting (
    personal_setting_id bigint generated always as identity primary key,
    setting text not null,
    secret_fingerprint text not null,
    as_of timestamptz not null,
    run_id text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table ops.personal_setting is
    'SUPPLIER_SLA_PERSONAL as the rows in raw were let in with it; append-only, the last row counts, none: all kept.';

create table ops.retention (
    retention_id bigint generated always as identity primary key,
    entity text not null,
    months integer not null check (months > 0),
    limit_at timestamptz not null,
    as_of timestamptz not null,
    emptied_columns text[] not null,
    rows_emptied bigint not null,
    rows_held_open bigint not null,
    rows_held_ledger bigint not null,
    rows_held_dispute bigint not null,
    ledger_holds_months integer,
    done_by text not null,
    database_user text not null default session_user,
    done_at timestamptz not null default clock_timestamp()
);
comment on table ops.retention is
    'One row per entity and application of retention: rows at rest since before limit_at lost their personal values.';
comment on column ops.retention.ledger_holds_months is
    'For how long evidence of a ledger line held rows back; null: for ever.';
"""

# A photograph: the personal columns of the file contracts, on the day of this migration, that may be empty.
EMPTIED_COLUMNS = {
    "assessments": "finding_text",
    "complaints": "complaint_text",
    "contacts": "contact_text",
    "corrective_actions": "owner_name",
    "survey_responses": "comment",
    "ticket_events": "actor_id",
    "tickets": "title, address",
}

GRANTS = """
grant insert on ops.personal_setting to loader;
grant select on ops.personal_setting to loader, transformer;
grant usage on schema raw, ops, finance to retention;
grant select on raw.decisions, ops.delivery, ops.publication, ops.slot, ops.quarantined_row to retention;
grant select on finance.ledger_line, finance.ledger_evidence to retention;
grant update (value_found, record) on ops.quarantined_row to retention;
grant update (built_as_of) on ops.slot to retention;
grant select, insert on ops.retention to retention;
grant select on ops.retention to transformer;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("ops.personal_setting", "ops.retention"):
        op.execute(
            f"create trigger refuse_row_change before update or delete on {table}"
            " for each row execute function finance.refuse_change()"
        )
        op.execute(
            f"create trigger refuse_truncate before truncate on {table}"
            " for each statement execute function finance.refuse_change()"
        )
    op.execute(GRANTS)
    for entity, columns in EMPTIED_COLUMNS.items():
        op.execute(f"grant select, update ({columns}, _extra) on raw.{entity} to retention")
