"""Closed accounting periods with seals and accruals; what each publication was made of, so that it can be rebuilt."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PERIODS = """
create table finance.accounting_period (
    accounting_period date primary key check (accounting_period = date_trunc('month', accounting_period)),
    as_of timestamptz not null,
    publication_id bigint not null references ops.publication,
    line_count bigint not null,
    last_line_number bigint references finance.ledger_line,
    last_line_hash text not null,
    content_sha256 text not null,
    sealed_at timestamptz not null default clock_timestamp()
);
comment on table finance.accounting_period is
    'One row per closed month; with it everything up to that month is closed. No row: open. Append-only.';
comment on column finance.accounting_period.as_of is 'Instant for which the month was closed.';
comment on column finance.accounting_period.publication_id is 'The published night that the accrual was computed from.';
comment on column finance.accounting_period.last_line_hash is
    'Hash of the last ledger line booked up to the month, 64 zeros when there is none: it stands for all before it.';
comment on column finance.accounting_period.content_sha256 is
    'SHA-256 over this row and the rows of the month in the three tables beside it (supplier_sla.periods.seal).';

create table finance.accounting_period_total (
    accounting_period date not null references finance.accounting_period deferrable initially deferred,
    currency_code text not null,
    line_count bigint not null,
    amount numeric(18, 2) not null,
    primary key (accounting_period, currency_code)
);
comment on table finance.accounting_period_total is
    'One row per closed month and currency: its ledger lines and their sum.';

create table finance.accounting_period_movement (
    accounting_period date not null references finance.accounting_period deferrable initially deferred,
    supplier_id text not null,
    contract_id text not null,
    currency_code text not null,
    opening_amount numeric(18, 2) not null,
    new_amount numeric(18, 2) not null,
    adjustment_amount numeric(18, 2) not null,
    earn_back_amount numeric(18, 2) not null,
    dispute_amount numeric(18, 2) not null,
    waiver_amount numeric(18, 2) not null,
    paid_amount numeric(18, 2) not null,
    closing_amount numeric(18, 2) not null,
    extracted_amount numeric(18, 2) not null,
    accepted_amount numeric(18, 2) not null,
    rejected_amount numeric(18, 2) not null,
    open_dispute_amount numeric(18, 2) not null,
    primary key (accounting_period, supplier_id, contract_id, currency_code)
);
comment on table finance.accounting_period_movement is
    'One row per closed month, supplier, contract and currency: the roll-forward as it was sealed.';

create table finance.accrual (
    accounting_period date not null references finance.accounting_period deferrable initially deferred,
    contract_id text not null,
    penalty_term_id text not null,
    period_month date not null,
    currency_code text not null,
    supplier_id text not null,
    posted_amount numeric(18, 2) not null,
    low_amount numeric(18, 2) not null,
    estimate_amount numeric(18, 2) not null,
    high_amount numeric(18, 2) not null,
    accrued_amount numeric(18, 2) not null generated always as (estimate_amount - posted_amount) stored,
    arithmetic text not null,
    primary key (accounting_period, contract_id, penalty_term_id, period_month, currency_code),
    constraint estimate_lies_in_its_range check (low_amount <= estimate_amount and estimate_amount <= high_amount)
);
comment on table finance.accrual is
    'One row per closed month and line of a penalty that was still to come, or could still change, when it was closed.';
comment on column finance.accrual.posted_amount is 'Ledger lines of the key booked up to the closed month.';
comment on column finance.accrual.accrued_amount is 'What the month has to bear beyond what is booked.';

create function finance.refuse_closed_period() returns trigger language plpgsql as $$
declare
    closed date := (select max(accounting_period) from finance.accounting_period);
begin
    if new.accounting_period <= closed then
        raise exception '%.%: accounting period % is closed, as is everything up to %',
            tg_table_schema, tg_table_name, to_char(new.accounting_period, 'YYYY-MM'), to_char(closed, 'YYYY-MM')
            using hint = 'book into the next open period; an adjustment line names the line it corrects';
    end if;
    return new;
end $$;
"""

CLOSED_TOGETHER = (
    "finance.accounting_period",
    "finance.accounting_period_total",
    "finance.accounting_period_movement",
    "finance.accrual",
)

# A rebuild writes into schemas of its own, beside the two slots; it is never `building`, so no night waits for it.
PUBLICATIONS = """
alter table ops.publication add column deliveries int8multirange;
comment on column ops.publication.deliveries is
    'Numbers of the deliveries that its build could use; null for publications older than this column.';

create table ops.publication_content (
    publication_id bigint not null references ops.publication,
    table_name text not null,
    column_names text[] not null,
    row_count bigint not null,
    content_sha256 text not null,
    primary key (publication_id, table_name)
);
comment on table ops.publication_content is
    'One row per publication and readers'' table that money rests on: its content, whatever the order of its rows.';

alter table ops.slot
    drop constraint slot_slot_check,
    add constraint slot_slot_check check (slot in ('marts_blue', 'marts_green', 'marts_rebuild'));
insert into ops.slot (slot, state) values ('marts_rebuild', 'empty');
"""

GRANTS = """
grant select, insert on
    finance.accounting_period, finance.accounting_period_total, finance.accounting_period_movement, finance.accrual
    to transformer;
grant select, insert on ops.publication_content to transformer;
"""


def upgrade() -> None:
    op.execute(PERIODS)
    op.execute(PUBLICATIONS)
    for table in ("finance.ledger_line", *CLOSED_TOGETHER):
        op.execute(
            f"create trigger refuse_closed_period before insert on {table}"
            " for each row execute function finance.refuse_closed_period()"
        )
    for table in (*CLOSED_TOGETHER, "ops.publication_content"):
        op.execute(
            f"create trigger refuse_row_change before update or delete on {table}"
            " for each row execute function finance.refuse_change()"
        )
        op.execute(
            f"create trigger refuse_truncate before truncate on {table}"
            " for each statement execute function finance.refuse_change()"
        )
    for layer in ("staging", "intermediate", "marts"):
        op.execute(f"create schema {layer}_rebuild authorization transformer")
    op.execute(GRANTS)
