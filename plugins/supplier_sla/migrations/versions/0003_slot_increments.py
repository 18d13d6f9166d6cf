"""What a slot's last complete build has used, so that its next build changes only what changed since."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INCREMENTS = """
alter table ops.slot add column built_as_of timestamptz, add column build_reason text;
comment on column ops.slot.built_as_of is
    'as_of of the last complete build whose tables are still in the slot; null: nothing to build upon.';
comment on column ops.slot.build_reason is 'Whether the slot is built incrementally or in full, and why.';

create table ops.slot_delivery (
    slot text not null references ops.slot,
    delivery_id bigint not null references ops.delivery,
    is_built boolean not null,
    primary key (slot, delivery_id)
);
comment on table ops.slot_delivery is
    'One row per slot and delivery that its build may use, as found when the slot was chosen; models read no other.';
comment on column ops.slot_delivery.is_built is
    'True once a build that used the delivery was published; false: new to the slot.';

grant select on ops.slot_delivery to loader;
grant select, insert, update, delete on ops.slot_delivery to transformer;
"""

# From PostgreSQL 17 on the transformer may gather the planner's statistics itself; before, autovacuum does.
STATISTICS = """
do $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        grant maintain on ops.slot_delivery to transformer;
    end if;
end $$
"""


def upgrade() -> None:
    op.execute(INCREMENTS)
    op.execute(STATISTICS)
