"""Records of a file that belong to another entity than its delivery's, counted beside its rows."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table ops.delivery add column rows_elsewhere bigint not null default 0 check (rows_elsewhere >= 0)"
    )
    op.execute(
        "comment on column ops.delivery.rows_elsewhere is"
        " 'Records of the file that the source profile leaves to another entity (where); not among rows_in_file.'"
    )
