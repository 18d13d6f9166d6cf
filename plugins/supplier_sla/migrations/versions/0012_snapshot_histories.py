"""Which deliveries are snapshots from whose differences the models derive events."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SNAPSHOTS = """
alter table ops.delivery
    add column snapshot_interval interval check (snapshot_interval > interval '0');
comment on column ops.delivery.snapshot_interval is
    'How long it should be to the next snapshot, as the source profile said when the file was landed; empty: the'
    ' history of this source is not read from the differences between its files.';
"""


def upgrade() -> None:
    op.execute(SNAPSHOTS)
