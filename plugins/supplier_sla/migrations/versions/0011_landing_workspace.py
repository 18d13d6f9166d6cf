"""A workspace for the landing; `_delivery_id` of raw found by block ranges."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Temporary tables would do, but PostgreSQL never scans those in parallel.
WORKSPACE = """
create schema landing;
comment on schema landing is
    'Working tables of one file that is being loaded; made and dropped in the transaction that loads it.';
grant usage, create on schema landing to loader;
"""

# Raw is append-only, so the rows of a delivery lie side by side: block ranges find them as well as a B-tree does, and
# cost nothing to keep while rows come in.
BLOCK_RANGES = """
do $$
declare
    old_index record;
begin
    for old_index in
        select index_class.relname as index_name, table_class.relname as table_name
        from pg_index
        inner join pg_class as index_class on pg_index.indexrelid = index_class.oid
        inner join pg_class as table_class on pg_index.indrelid = table_class.oid
        inner join pg_am on index_class.relam = pg_am.oid
        where
            table_class.relnamespace = 'raw'::regnamespace
            and pg_am.amname = 'btree'
            and pg_get_indexdef(index_class.oid, 1, true) = '_delivery_id'
            and pg_index.indnkeyatts = 1
    loop
        execute format('drop index raw.%I', old_index.index_name);
        execute format(
            'create index on raw.%I using brin (_delivery_id)'
            ' with (pages_per_range = 32, autosummarize = on)',
            old_index.table_name
        );
    end loop;
end $$
"""


def upgrade() -> None:
    op.execute(WORKSPACE)
    op.execute(BLOCK_RANGES)
