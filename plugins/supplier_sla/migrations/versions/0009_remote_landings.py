"""What was fetched from remote landings, and where processed files were moved."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
create table ops.fetched_file (
    fetched_file_id bigint generated always as identity primary key,
    landing text not null,
    remote_path text not null,
    relative_path text not null,
    byte_size bigint not null,
    etag text,
    modified_at timestamptz,
    content_sha256 text not null,
    inbox_path text not null,
    is_landed boolean not null default false,
    as_of timestamptz not null,
    run_id text not null,
    fetched_at timestamptz not null default clock_timestamp()
);
create index on ops.fetched_file (landing, remote_path, fetched_file_id);
create index on ops.fetched_file (relative_path);
comment on table ops.fetched_file is
    'One row per version of a remote file copied to the inbox; the newest of a path need not be fetched again.';
comment on column ops.fetched_file.relative_path is 'The path in ops.delivery: LANDING:PATH.';
comment on column ops.fetched_file.inbox_path is 'The copy, from the inbox folder below the home on.';
comment on column ops.fetched_file.is_landed is
    'True once a run has brought the copy through the landing door, whatever became of it.';

create table ops.archived_file (
    archived_file_id bigint generated always as identity primary key,
    relative_path text not null,
    content_sha256 text not null,
    archive_address text not null,
    is_moved boolean not null default false,
    as_of timestamptz not null,
    run_id text not null,
    archived_at timestamptz not null default clock_timestamp(),
    unique (relative_path, content_sha256, archive_address)
);
create index on ops.archived_file (content_sha256);
comment on table ops.archived_file is
    'One row per processed file that was moved to an archive, or was about to be; ops.delivery keeps its path.';
comment on column ops.archived_file.content_sha256 is
    'Of the file on disk; of a zip archive with several files that of the zip archive.';

grant select on ops.fetched_file, ops.archived_file to loader, transformer;
grant insert on ops.fetched_file, ops.archived_file to loader;
grant update (is_landed) on ops.fetched_file to loader;
grant update (is_moved, as_of, run_id, archived_at) on ops.archived_file to loader;
"""


def upgrade() -> None:
    op.execute(TABLES)
