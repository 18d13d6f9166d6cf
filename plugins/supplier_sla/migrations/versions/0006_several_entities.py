"""Several entities of one file: records of another one are counted beside. A tool's verdicts per service level."""

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
    op.execute(
        """
        create table raw.source_verdicts (
            source_system text,
            ticket_id text,
            service_level_id text,
            started_at text,
            source_verdict text,
            stage_code text,
            due_at text,
            stopped_at text,
            updated_at text,
            ticket_key text,
            _extra jsonb,
            _delivery_id bigint not null,
            _line bigint not null,
            _version_at timestamptz,
            _row_hash uuid not null
        )
        """
    )
    op.execute("create index on raw.source_verdicts (ticket_key)")
    op.execute("create index on raw.source_verdicts (_delivery_id)")
    op.execute("grant select, insert on raw.source_verdicts to loader")
    op.execute("grant select on raw.source_verdicts to transformer")
