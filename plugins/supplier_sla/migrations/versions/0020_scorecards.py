"""Frozen scorecards, append-only and hash-chained; months of a card may fade out by equal steps."""

from alembic import op

from supplier_sla.migrations.added_columns import add_columns

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ADDED = "fade_out_months"
# The columns of the changed file contract on the day of this migration, in their order.
HASHED_COLUMNS = (
    "period_kind supplier_category_code combine_policy month_weight_ratio fade_out_months minimum_case_count"
    " publish_after_days valid_from valid_to updated_at"
)

SCORECARDS = """
create table governance.scorecard (
    scorecard_number bigint primary key check (scorecard_number > 0),
    supplier_id text not null,
    period_kind_code text not null check (period_kind_code in ('month', 'quarter', 'year')),
    period_from date not null,
    version integer not null check (version > 0),
    score numeric(5, 2) check (score between 0 and 100),
    status_code text not null,
    band_code text,
    figures_hash text not null,
    content text not null,
    publication_id bigint not null references ops.publication,
    as_of timestamptz not null,
    revision_reason text,
    previous_hash text not null,
    card_hash text not null unique,
    unique (supplier_id, period_kind_code, period_from, version),
    constraint a_revision_has_a_reason check ((version = 1) = (revision_reason is null))
);
comment on table governance.scorecard is
    'One row per published version of a scorecard: append-only, hash-chained, numbers have no gaps.';
comment on column governance.scorecard.figures_hash is
    'Hash over the figures of all criteria, as fct_supplier_period_scorecard had it.';
comment on column governance.scorecard.content is
    'The card and its criteria as the readers'' tables had them: JSON as PostgreSQL writes it, kept as text so that'
    ' no number is read as a float.';
comment on column governance.scorecard.as_of is 'Instant of the run that froze it.';
comment on column governance.scorecard.card_hash is
    'SHA-256 over the hash before and everything this row says (supplier_sla.scorecards.card).';
create trigger refuse_row_change before update or delete on governance.scorecard
    for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on governance.scorecard
    for each statement execute function finance.refuse_change();
grant select, insert on governance.scorecard to transformer;
"""


def upgrade() -> None:
    add_columns("scorecard_terms", ADDED, HASHED_COLUMNS)
    op.execute(SCORECARDS)
