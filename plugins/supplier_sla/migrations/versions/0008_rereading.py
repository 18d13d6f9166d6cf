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


def upgrade() -> None:
    op.execute(REREADING)
