"""A delivered file may be read again: the new delivery names the one whose file it is."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REREADING = """
alter table ops.delivery add column rereads_delivery_id bigint references ops.delivery;
comment on column ops.delivery.rereads_delivery_id is
    'The delivery whose file was read again after its profile or contract was mended; of a chain always the first.';
create index on ops.delivery (content_sha256, entity);
create index on ops.quarantined_row (entity);
"""

# The same content under the same name is a delivery of its own each time it is read again.
OCCURRENCE = """
alter table ops.delivery add column if not exists occurrence integer not null default 1;
alter table ops.delivery drop constraint if exists delivery_content_sha256_relative_path_entity_key;
alter table ops.delivery drop constraint if exists a_statement_is_booked_once;
alter table ops.delivery add constraint a_statement_is_booked_once
    unique nulls not distinct (content_sha256, relative_path, entity, occurrence);
"""


def upgrade() -> None:
    op.execute(REREADING)
    op.execute(OCCURRENCE)
