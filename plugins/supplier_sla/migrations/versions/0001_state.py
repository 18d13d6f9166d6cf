"""State: raw rows as text, operations, finance's append-only books; empty derived schemas; who may do what."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration is a photograph: these columns are those of the file contracts on the day it was written. A later contract
# gets a later migration; tests/integration/test_migrations.py compares the two.
RAW_COLUMNS = {
    "assessments": "assessment_id assessment_kind supplier_id assessed_date criterion_code weight score finding_text",
    "calendar_exceptions": "calendar_id exception_date hours exception_kind exception_name exception_name_zh source",
    "calendars": (
        "calendar_id calendar_name calendar_name_zh time_zone monday tuesday wednesday thursday friday saturday sunday"
        " valid_from valid_to published_until"
    ),
    "complaints": (
        "source_system complaint_id contact_id ticket_id supplier_id complained_at category_code complaint_text"
    ),
    "contacts": "source_system contact_id ticket_id contacted_at channel_code contact_text",
    "contracts": ("contract_id contract_name contract_name_zh supplier_id currency_code time_zone valid_from valid_to"),
    "corrective_actions": (
        "corrective_action_id supplier_id service_level_id measure_text owner_name agreed_date due_date done_date"
        " verified_date"
    ),
    "decisions": (
        "decision_id decision_kind contract_id penalty_term_id period_month source_system ticket_id outcome_code amount"
        " decided_by decided_at reason"
    ),
    "exclusions": (
        "exclusion_id reason_code contract_id service_level_id source_system ticket_id excluded_from excluded_to"
        " requested_by approved_by decided_at evidence"
    ),
    "fees": "contract_id service_code fee_month fee_amount currency_code",
    "finance_acknowledgements": ("extract_number line_number status_code document_number reason acknowledged_at"),
    "penalty_terms": (
        "penalty_term_id contract_id service_level_id clause penalty_kind amount fee_ratio fee_basis attainment_from"
        " attainment_to rounding_digits tax_treatment_code cost_centre gl_account valid_from valid_to"
    ),
    "qualifications": "supplier_id qualification_code document_number valid_from valid_to",
    "score_criteria": (
        "criterion_id criterion_name criterion_name_zh measure_code metric_code supplier_category_code weight"
        " floor_value target_value valid_from valid_to"
    ),
    "service_levels": (
        "service_level_id contract_id clause service_level_name service_level_name_zh metric_code service_code"
        " ticket_type_code category_code priority_code start_event stop_event pause_states target_unit target_value"
        " calendar_id attainment_target minimum_sample period_basis valid_from valid_to"
    ),
    "service_measurements": "service_level_id measured_from measured_to measured_value unit_code",
    "supplier_reports": "supplier_id report_code period_month due_date handed_in_date",
    "suppliers": (
        "supplier_id supplier_name supplier_name_zh category_code country_code language_code valid_from valid_to"
    ),
    "survey_responses": (
        "source_system response_id questionnaire_code question_code supplier_id ticket_source_system ticket_id"
        " answered_at score scale_min scale_max comment"
    ),
    "ticket_events": (
        "source_system ticket_id event_id event_number event_at event_type state_code priority_code work_centre_id"
        " reason_code actor_id"
    ),
    "tickets": (
        "source_system ticket_id ticket_type_code category_code priority_code state_code work_centre_id contract_id"
        " title address opened_at assigned_at responded_at promised_at resolved_at closed_at cancelled_at"
        " source_verdict"
    ),
    "trainings": "supplier_id person_id training_code due_date done_date",
    "work_centres": "work_centre_id work_centre_name work_centre_name_zh supplier_id valid_from valid_to",
}

DERIVED_SCHEMAS = [
    f"{layer}_{colour}" for layer in ("staging", "intermediate", "marts") for colour in ("blue", "green")
] + ["marts"]

OPERATIONS = """
create table ops.delivery (
    delivery_id bigint generated always as identity primary key,
    relative_path text not null,
    content_sha256 text not null,
    byte_size bigint not null,
    profile text,
    entity text,
    state text not null check (state in ('received', 'loaded', 'partly_loaded', 'refused', 'repeated')),
    reason text,
    repeats_delivery_id bigint references ops.delivery,
    rows_in_file bigint not null default 0,
    rows_loaded bigint not null default 0,
    rows_quarantined bigint not null default 0,
    rows_repeated bigint not null default 0,
    extra_columns text[] not null default '{}',
    exported_at timestamptz,
    is_checked boolean not null default false,
    as_of timestamptz not null,
    run_id text not null,
    received_at timestamptz not null default clock_timestamp(),
    unique nulls not distinct (content_sha256, relative_path, entity),
    constraint nothing_is_lost check (
        state = 'received' or rows_in_file = rows_loaded + rows_quarantined + rows_repeated
    )
);
comment on table ops.delivery is 'One row per delivered file and entity, known by its content.';
comment on column ops.delivery.is_checked is
    'True once the delivery has passed the door in as a whole; models read no other.';

create table ops.quarantined_row (
    quarantine_id bigint generated always as identity primary key,
    delivery_id bigint not null references ops.delivery,
    entity text not null,
    line bigint not null,
    column_name text,
    value_found text,
    expected text not null,
    reason_code text not null,
    record jsonb,
    as_of timestamptz not null
);
create index on ops.quarantined_row (delivery_id, line);
comment on table ops.quarantined_row is
    'One row per problem of a delivered line that was kept out; a line may have several.';

create table ops.slot (
    slot text primary key check (slot in ('marts_blue', 'marts_green')),
    state text not null check (state in ('empty', 'building', 'published')),
    as_of timestamptz,
    delivery_watermark bigint,
    delivery_count bigint,
    build_fingerprint text,
    run_id text
);
insert into ops.slot (slot, state) values ('marts_blue', 'empty'), ('marts_green', 'empty');
comment on table ops.slot is
    'What each of the two slots was last built for; the models read as_of and the watermark here.';

create table ops.publication (
    publication_id bigint primary key,
    slot text not null references ops.slot,
    as_of timestamptz not null,
    delivery_watermark bigint not null,
    delivery_count bigint not null default 0,
    build_fingerprint text not null,
    run_id text not null,
    ledger_lines_posted bigint not null,
    published_at timestamptz not null default clock_timestamp()
);
comment on table ops.publication is 'One row per switch of the readers'' views; append-only, numbers have no gaps.';
comment on column ops.publication.delivery_count is
    'Deliveries up to the watermark that the build could use; one that is judged late raises it, not the watermark.';
"""

FINANCE = """
create table finance.ledger_line (
    line_number bigint primary key,
    publication_id bigint not null references ops.publication,
    line_kind text not null check (line_kind in ('initial', 'adjustment')),
    contract_id text not null,
    penalty_term_id text not null,
    period_month date not null,
    currency_code text not null check (currency_code ~ '^[A-Z]{3}$'),
    amount numeric(18, 2) not null check (amount <> 0),
    owed_amount numeric(18, 2) not null,
    accounting_period date not null,
    corrects_line_number bigint references finance.ledger_line,
    as_of timestamptz not null,
    detail jsonb not null,
    previous_hash text not null,
    line_hash text not null unique,
    constraint adjustment_names_what_it_corrects check ((line_kind = 'initial') = (corrects_line_number is null))
);
create index on finance.ledger_line (contract_id, penalty_term_id, period_month, currency_code);
create unique index one_initial_line_per_key
    on finance.ledger_line (contract_id, penalty_term_id, period_month, currency_code) where line_kind = 'initial';
comment on table finance.ledger_line is
    'What was said to finance; append-only, hash-chained. The sum per key is what is owed.';

create table finance.ledger_evidence (
    line_number bigint not null references finance.ledger_line,
    evidence_number integer not null,
    detail jsonb not null,
    primary key (line_number, evidence_number)
);
comment on table finance.ledger_evidence is 'The breached tickets behind a ledger line, as known when it was posted.';

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
comment on table finance.extract is 'One row per numbered hand-over to finance; numbers have no gaps.';
comment on table finance.extract_written is 'Extracts whose files have reached the outbox.';

create function finance.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using hint = 'post an adjustment line that names the line it corrects';
end $$;
"""

APPEND_ONLY = (
    "ops.publication",
    "finance.ledger_line",
    "finance.ledger_evidence",
    "finance.extract",
    "finance.extract_line",
    "finance.extract_written",
)

GRANTS = """
grant usage on schema raw, ops to loader, transformer;
grant usage on schema finance to transformer;
grant select, insert on all tables in schema raw to loader;
grant select on all tables in schema raw to transformer;
grant select on all tables in schema ops to loader, transformer;
grant insert, update on ops.delivery to loader;
grant insert on ops.quarantined_row to loader;
grant update on ops.slot to transformer;
grant insert on ops.publication to transformer;
grant select, insert on all tables in schema finance to transformer;
grant usage on schema marts to bi_reader;
"""


def upgrade() -> None:
    op.execute("create schema raw")
    op.execute("create schema finance")
    for entity, column_names in RAW_COLUMNS.items():
        op.execute(_raw_table(entity, column_names.split()))
    op.execute(OPERATIONS)
    op.execute(FINANCE)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger refuse_row_change before update or delete on {table}"
            f" for each row execute function finance.refuse_change()"
        )
        op.execute(
            f"create trigger refuse_truncate before truncate on {table}"
            f" for each statement execute function finance.refuse_change()"
        )
    for schema in DERIVED_SCHEMAS:
        op.execute(f"create schema {schema} authorization transformer")
    op.execute(GRANTS)


def _raw_table(entity: str, columns: list[str]) -> str:
    columns = [*columns, "updated_at"]
    if {"source_system", "ticket_id"} <= set(columns):
        columns.append("ticket_key")
    if entity == "ticket_events":
        columns.append("event_key")
    index_column = "ticket_key" if entity in ("tickets", "ticket_events") else _identifier(columns)
    column_list = ",\n".join(f"    {column} text" for column in columns)
    return f"""
create table raw.{entity} (
{column_list},
    _extra jsonb,
    _delivery_id bigint not null,
    _line bigint not null,
    _version_at timestamptz,
    _row_hash uuid not null
);
create index on raw.{entity} ({index_column});
create index on raw.{entity} (_delivery_id);
"""


def _identifier(columns: list[str]) -> str:
    return next(column for column in columns if column.endswith(("_id", "_number")))
