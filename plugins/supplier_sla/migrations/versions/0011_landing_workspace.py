"""A workspace for the landing, large deliveries as parts of raw, `_delivery_id` found by block ranges."""

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

# A part inherits from its raw table: who reads, counts, alters or deletes rows of raw.<entity> means its parts, too.
# Nobody has a right on a part itself. It is made by the loader, because only CREATE TABLE AS computes in parallel, and
# passes to the owner of raw here; hence nothing may hang on it that would run later with somebody else's rights.
PARTS = """
create schema raw_part;
comment on schema raw_part is
    'Large deliveries: tables that inherit from those of raw, one for each, with all its rows; read them through raw.';

create function raw.adopt_part(entity text, delivery_id bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    part constant regclass := 'landing.prepared';
    parent constant regclass := format('raw.%I', entity);
    part_name constant text := format('%s_%s', entity, delivery_id);
    missing record;
    index_statement text;
begin
    if not exists (
        select from ops.delivery
        where delivery.delivery_id = adopt_part.delivery_id and delivery.entity = adopt_part.entity
    ) then
        raise exception 'delivery % of % expected in ops.delivery; found none', delivery_id, entity;
    end if;
    if not exists (
        select from pg_class
        where
            oid = part and relkind = 'r' and relpersistence = 'p' and relchecks = 0 and not relrowsecurity
    ) or exists (select from pg_attrdef where adrelid = part)
    or exists (select from pg_index where indrelid = part)
    or exists (select from pg_trigger where tgrelid = part)
    or exists (select from pg_rewrite where ev_class = part)
    or exists (select from pg_policy where polrelid = part)
    or exists (select from pg_statistic_ext where stxrelid = part) then
        raise exception 'landing.prepared: expected a bare logged table; found one that something hangs on';
    end if;

    execute format('alter table landing.prepared owner to %I', current_user);
    alter table landing.prepared set schema raw_part;
    execute format('alter table raw_part.prepared rename to %I', part_name);
    for missing in
        select attname, format_type(atttypid, atttypmod) as type_name
        from pg_attribute
        where
            attrelid = parent and attnum > 0 and not attisdropped
            and attname not in (select attname from pg_attribute where attrelid = part and not attisdropped)
    loop
        execute format('alter table raw_part.%I add column %I %s', part_name, missing.attname, missing.type_name);
    end loop;
    execute format(
        'alter table raw_part.%I alter _delivery_id set not null, alter _line set not null,'
        ' alter _row_hash set not null, add constraint one_delivery check (_delivery_id = %s)',
        part_name, delivery_id
    );
    for index_statement in select pg_get_indexdef(indexrelid) from pg_index where indrelid = parent loop
        execute regexp_replace(
            index_statement,
            '^CREATE (UNIQUE )?INDEX [^ ]+ ON [^ ]+ ',
            format('CREATE \\1INDEX ON raw_part.%I ', part_name)
        );
    end loop;
    execute format('alter table raw_part.%I inherit %s', part_name, parent);
end $$;
comment on function raw.adopt_part is
    'Makes landing.prepared, which holds all rows of one delivery, a part of raw.<entity>; as good as inserting them.';
revoke execute on function raw.adopt_part from public;
grant execute on function raw.adopt_part to loader;
"""


def upgrade() -> None:
    op.execute(WORKSPACE)
    op.execute(BLOCK_RANGES)
    op.execute(PARTS)
