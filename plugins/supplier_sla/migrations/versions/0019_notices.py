"""Notices to suppliers: what was sent when to whom, with the bytes of each letter and every attempt to mail it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = """
create table governance.notice (
    notice_number bigint primary key check (notice_number > 0),
    notice_rule_id text not null,
    rule_valid_from date not null,
    cause_reference text not null,
    notice_kind text not null check (notice_kind in ('reminder', 'warning', 'formal_notice')),
    trigger_code text not null,
    clause text,
    supplier_id text not null,
    contract_id text,
    service_level_id text,
    period_month date,
    ticket_key text,
    subject_code text,
    cause_at timestamptz not null,
    measured_value numeric,
    threshold numeric,
    escalates_notice_number bigint references governance.notice,
    issued_at timestamptz not null,
    not_before_at timestamptz not null,
    quiet_hours text,
    quiet_calendar_id text,
    quiet_time_zone text not null,
    time_zone text not null,
    letter_date date not null,
    answer_due_date date,
    plan_due_date date,
    language_code text not null check (language_code in ('en', 'zh')),
    subject text not null,
    publication_id bigint not null references ops.publication,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint once_per_rule_and_cause unique (notice_rule_id, cause_reference)
);
comment on table governance.notice is
    'One row per reminder, warning or formal notice; numbers have no gaps. Append-only: it is proof.';
comment on column governance.notice.issued_at is 'as_of of the night that found the cause.';
comment on column governance.notice.not_before_at is
    'First instant outside the quiet hours of the rule; letter and deadlines are dated by it.';

create table governance.notice_letter (
    notice_number bigint not null references governance.notice,
    file_position integer not null check (file_position > 0),
    file_name text not null unique,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    content bytea not null,
    primary key (notice_number, file_position)
);
comment on table governance.notice_letter is 'The bytes of each letter, stored with its number: HTML, then plain text.';

create table governance.notice_written (
    notice_number bigint primary key references governance.notice,
    written_at timestamptz not null default clock_timestamp()
);
comment on table governance.notice_written is 'Notices whose letters have reached the outbox.';

create table governance.notice_recipient (
    notice_number bigint not null references governance.notice,
    address text not null check (address = lower(address)),
    is_copy boolean not null,
    is_mailable boolean not null,
    primary key (notice_number, address)
);
comment on table governance.notice_recipient is 'Addresses of a notice as known when it was issued.';
comment on column governance.notice_recipient.is_mailable is 'False for what is no address, such as a hashed one.';

create table governance.notice_dispatch (
    dispatch_number bigint generated always as identity primary key,
    notice_number bigint not null,
    address text not null,
    attempt_number integer not null check (attempt_number > 0),
    message_id text not null,
    as_of timestamptz not null,
    attempted_at timestamptz not null default clock_timestamp(),
    foreign key (notice_number, address) references governance.notice_recipient,
    unique (notice_number, address, attempt_number)
);
comment on table governance.notice_dispatch is
    'Intents to hand a mail over, committed before the mail server hears of it. One without outcome is uncertain.';

create table governance.notice_dispatch_outcome (
    outcome_number bigint generated always as identity primary key,
    dispatch_number bigint not null references governance.notice_dispatch,
    outcome_code text not null check (outcome_code in ('sent', 'deferred', 'refused', 'uncertain', 'repeat')),
    detail text,
    settled_at timestamptz not null default clock_timestamp()
);
create index on governance.notice_dispatch_outcome (dispatch_number);
comment on table governance.notice_dispatch_outcome is
    'What the mail server said: sent (accepted), deferred (not now), refused (not at all), uncertain (it fell silent);'
    ' or a person said: repeat. The newest counts.';

create function governance.refuse_notice_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using hint = 'what was said to a supplier stays; say what is new in a new row';
end $$;
"""

APPEND_ONLY = (
    "notice",
    "notice_letter",
    "notice_written",
    "notice_recipient",
    "notice_dispatch",
    "notice_dispatch_outcome",
)


def upgrade() -> None:
    op.execute(TABLES)
    for table in APPEND_ONLY:
        for name, event, each in (
            ("refuse_row_change", "update or delete", "row"),
            ("refuse_truncate", "truncate", "statement"),
        ):
            op.execute(
                f"create trigger {name} before {event} on governance.{table}"
                f" for each {each} execute function governance.refuse_notice_change()"
            )
        op.execute(f"grant select, insert on governance.{table} to transformer")
