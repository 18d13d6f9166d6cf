"""Ledger lines of what was given back; what each night verified; evidence by ticket."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LEDGER = """
alter table finance.ledger_line drop constraint ledger_line_line_kind_check;
alter table finance.ledger_line add constraint ledger_line_line_kind_check
    check (line_kind in ('initial', 'adjustment', 'earn_back', 'dispute', 'waiver'));
comment on column finance.ledger_line.line_kind is
    'initial: the first line of a contract, clause, month and currency; adjustment: the penalty itself became another;'
    ' earn_back, dispute, waiver: what was given back, or taken back again.';
comment on column finance.ledger_line.owed_amount is 'What the key comes to with this line.';

-- Disputes about a ticket hold the lines it is evidence of.
create index ledger_evidence_ticket_key on finance.ledger_evidence ((detail ->> 'ticket_key'));

create table finance.ledger_check (
    publication_id bigint primary key references ops.publication,
    last_line_number bigint not null,
    last_line_hash text not null,
    lines_checked bigint not null,
    as_of timestamptz not null
);
comment on table finance.ledger_check is
    'One row per publication: the last line of the chain that it verified. The next night goes on from there.';
create trigger refuse_row_change before update or delete on finance.ledger_check
    for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on finance.ledger_check
    for each statement execute function finance.refuse_change();
grant select, insert on finance.ledger_check to transformer;
"""


def upgrade() -> None:
    op.execute(LEDGER)
