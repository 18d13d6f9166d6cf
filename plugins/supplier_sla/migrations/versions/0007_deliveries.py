"""What a delivery follows, replaces and stands for; control files; full dumps; what should have come."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BOOK = """
alter table ops.delivery
    add column occurrence integer not null default 1,
    add column supersedes_delivery_id bigint references ops.delivery,
    add column rows_left_out bigint,
    add column reading_fingerprint text,
    add column content_kind text not null default 'changes' check (content_kind in ('changes', 'full')),
    add column control_file text,
    add column modified_ns bigint,
    add column delivered_again_as_of timestamptz,
    add column superseded_as_of timestamptz,
    add column newest_lookup text;
alter table ops.delivery drop constraint delivery_content_sha256_relative_path_entity_key;
alter table ops.delivery add constraint a_statement_is_booked_once
    unique nulls not distinct (content_sha256, relative_path, entity, occurrence);
create index on ops.delivery (relative_path, delivery_id);
comment on table ops.delivery is
    'One row per delivered statement: a file and entity, known by content, name and how often the name returned to it.';
comment on column ops.delivery.occurrence is
    '1, or the number of times that this content stood under this name with other content, or a refusal, in between.';
comment on column ops.delivery.supersedes_delivery_id is 'What was delivered under the same name before.';
comment on column ops.delivery.rows_left_out is
    'Rows that the delivery before it under the same name brought, and whose keys are not in this one.';
comment on column ops.delivery.reading_fingerprint is
    'SHA-256 of what the file was read by: profile, contract, suite, limits, control file. A refused file is tried again
when it changes.';
comment on column ops.delivery.content_kind is 'full: all that the source holds; changes: what is new to it.';
comment on column ops.delivery.delivered_again_as_of is
    'as_of of the newest run that found the same content written anew under the same name.';
comment on column ops.delivery.superseded_as_of is
    'as_of of the run from which on later deliveries had replaced every row of it; null: it still counts.';
comment on column ops.delivery.newest_lookup is 'Names a row that was still the newest of its key at the last look.';

create view ops.delivery_book as
select
    delivery_id,
    relative_path,
    profile,
    entity,
    case
        when superseded_as_of is not null and state in ('loaded', 'partly_loaded') then 'superseded'
        else state
    end as state,
    state as arrival_state,
    reason,
    content_kind,
    occurrence,
    supersedes_delivery_id,
    repeats_delivery_id,
    rows_in_file,
    rows_loaded,
    rows_quarantined,
    rows_repeated,
    rows_left_out,
    exported_at,
    as_of,
    delivered_again_as_of,
    superseded_as_of,
    is_checked,
    run_id
from ops.delivery;
comment on view ops.delivery_book is
    'One row per delivery with its state as of today: superseded once later ones have replaced all of it.';

create table ops.delivery_source (
    delivery_id bigint not null references ops.delivery,
    source_system text not null,
    primary key (delivery_id, source_system)
);
comment on table ops.delivery_source is
    'One row per delivery of tickets or ticket events and tool that it speaks of, exact repeats included.';
insert into ops.delivery_source
select _delivery_id, source_system from raw.tickets
union
select _delivery_id, source_system from raw.ticket_events;

create table ops.full_dump_key (
    delivery_id bigint not null references ops.delivery,
    key_hash uuid not null
);
create index on ops.full_dump_key (delivery_id);
comment on table ops.full_dump_key is
    'One row per key in the newest full dump of each profile and entity, and in dumps not yet judged.';

create table ops.missing_from_full_dump (
    delivery_id bigint not null references ops.delivery,
    entity text not null,
    record_key text not null,
    last_delivery_id bigint not null references ops.delivery,
    last_line bigint not null
);
comment on table ops.missing_from_full_dump is
    'One row per key that is known and not in the newest full dump; nothing is closed or deleted for it.';

create table ops.waiting_file (
    relative_path text primary key,
    waits_for text not null,
    reason_code text not null check (reason_code in ('control_file_missing', 'data_file_missing')),
    waiting_since timestamptz not null,
    as_of timestamptz not null,
    run_id text not null
);
comment on table ops.waiting_file is 'One row per file that is left alone until the file that belongs to it is there.';

create table ops.expected_delivery (
    expectation text not null,
    slot_date date not null,
    state_code text not null check (
        state_code in ('on_time', 'late', 'missing', 'doubled', 'shrunken', 'stale')
    ),
    profile text not null,
    entity text not null,
    due_at timestamptz not null,
    delivery_id bigint references ops.delivery,
    expected text not null,
    found text not null,
    as_of timestamptz not null,
    run_id text not null,
    primary key (as_of, expectation, slot_date, state_code)
);
comment on table ops.expected_delivery is
    'One row per night, expected delivery and state that it was found in; a slot can be late and shrunken at once.';
"""

GRANTS = """
grant select on ops.delivery_book to loader, transformer;
grant select on ops.delivery_source, ops.waiting_file, ops.expected_delivery, ops.missing_from_full_dump to transformer;
grant select, insert on ops.delivery_source to loader;
grant select, insert, update, delete on ops.waiting_file to loader;
grant select, insert, delete on ops.full_dump_key, ops.missing_from_full_dump, ops.expected_delivery to loader;
"""


def upgrade() -> None:
    op.execute(BOOK)
    op.execute(GRANTS)
