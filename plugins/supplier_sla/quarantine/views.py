"""The views by which quarantine is read, made from the file contracts whenever the warehouse is prepared.

Nothing in them is state: what a bad row is called and what later deliveries made of it is found out when it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from supplier_sla.landing.contract import FileContract, load_contracts

VIEWS_LOCK = 311_000_008

# A key is known where its columns were read. Parts that may be empty in a good row do not make it unknown.
_KEY_FUNCTION = """
create or replace function ops.quarantined_key(entity text, record jsonb) returns text
language sql immutable parallel safe
return case entity {cases} end
"""

_PROBLEM_VIEW = """
create or replace view ops.quarantined_problem as
select
    quarantined.quarantine_id,
    quarantined.delivery_id,
    quarantined.entity,
    quarantined.line,
    quarantined.column_name,
    quarantined.value_found,
    quarantined.expected,
    quarantined.reason_code,
    quarantined.record,
    quarantined.as_of,
    ops.quarantined_key(quarantined.entity, quarantined.record) as record_key,
    md5(row(
        quarantined.entity,
        coalesce(
            'key ' || ops.quarantined_key(quarantined.entity, quarantined.record), 'row ' || quarantined.record::text
        ),
        quarantined.column_name,
        quarantined.reason_code,
        quarantined.value_found
    )::text) as problem_hash,
    coalesce(delivery.rereads_delivery_id, delivery.delivery_id) as first_delivery_id,
    case
        when pg_input_is_valid(quarantined.record ->> 'updated_at', 'timestamptz')
            then (quarantined.record ->> 'updated_at')::timestamptz
        else delivery.exported_at
    end as version_at
from ops.quarantined_row as quarantined
inner join ops.delivery as delivery on quarantined.delivery_id = delivery.delivery_id
"""

# What the same content, read again later, made of the same line; then, entity by entity, the row of the same key that a
# later delivery brought. A version older than the bad row mends nothing.
_SEQUEL_VIEW = """
create or replace view ops.quarantine_sequel as
select
    quarantined.quarantine_id,
    again.delivery_id,
    case
        when exists (
            select
            from ops.quarantined_row as kept_out
            where kept_out.delivery_id = again.delivery_id and kept_out.line = quarantined.line
        ) then 'kept_out_again'
        else 'mended'
    end as outcome_code
from ops.quarantined_row as quarantined
inner join ops.delivery as delivery on quarantined.delivery_id = delivery.delivery_id
inner join ops.delivery as again
    on delivery.content_sha256 = again.content_sha256
    and delivery.entity = again.entity
    and delivery.delivery_id < again.delivery_id
    and again.state in ('loaded', 'partly_loaded', 'repeated')
    and again.repeats_delivery_id is null
{branches}
"""

# Distinct keeps the planner from joining: each bad row looks its key up in the index.
_SEQUEL_BRANCH = """
union all
select
    quarantined.quarantine_id,
    later._delivery_id,
    'mended'
from ops.quarantined_problem as quarantined
cross join lateral (
    select distinct known._delivery_id
    from {raw_table} as known
    inner join ops.delivery as delivery on known._delivery_id = delivery.delivery_id
    where
        {same_key}
        and known._delivery_id > quarantined.first_delivery_id
        and delivery.state in ('loaded', 'partly_loaded')
        and coalesce(delivery.rereads_delivery_id, delivery.delivery_id) > quarantined.first_delivery_id
        and coalesce(known._version_at >= quarantined.version_at, true)
) as later
where quarantined.entity = {entity} and quarantined.record_key is not null
"""

# Each bad row with what became of it as of now; the model qc_quarantined_row says the same as of a night.
_STATE_VIEW = """
create or replace view ops.quarantine_state as
with appearances as (
    select
        problem_hash,
        min(as_of) as first_seen_at,
        count(distinct first_delivery_id) as seen_count
    from ops.quarantined_problem
    group by problem_hash
),

sequels as (
    select
        quarantine_id,
        min(delivery_id) filter (where outcome_code = 'mended') as mended_by_delivery_id
    from ops.quarantine_sequel
    group by quarantine_id
)

select
    problem.*,
    appearances.first_seen_at,
    appearances.seen_count,
    case
        when sequels.mended_by_delivery_id is not null then 'mended'
        when sequels.quarantine_id is not null then 'kept_out_again'
        else 'open'
    end as status_code,
    sequels.mended_by_delivery_id,
    mending.as_of as mended_at
from ops.quarantined_problem as problem
inner join appearances on problem.problem_hash = appearances.problem_hash
left join sequels on problem.quarantine_id = sequels.quarantine_id
left join ops.delivery as mending on sequels.mended_by_delivery_id = mending.delivery_id
"""

_COMMENTS = {
    "ops.quarantined_problem": "One row per problem of a line that was kept out, with the name of its record.",
    "ops.quarantine_sequel": "One row per problem and later delivery that read its line again or brought its record.",
    "ops.quarantine_state": "One row per problem with what became of it as of now.",
}


def refresh_quarantine_views(connection: Connection) -> None:
    """Make the views anew where a file contract or this module has changed; as the owner of the state tables."""
    statements = _statements(load_contracts().values())
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (VIEWS_LOCK,))
        text = "\n".join(statement.as_string(cursor) for statement in statements)
        mark = f"Made from the file contracts, {hashlib.sha256(text.encode()).hexdigest()[:16]}."
        cursor.execute("select obj_description(to_regprocedure('ops.quarantined_key(text, jsonb)'), 'pg_proc')")
        if (cursor.fetchone() or (None,))[0] == mark:
            return
        cursor.execute(text)
        for view, comment in _COMMENTS.items():
            name = sql.Identifier(*view.split("."))
            cursor.execute(sql.SQL("comment on view {} is %s").format(name), (comment,))
            cursor.execute(sql.SQL("grant select on {} to loader, transformer").format(name))
        cursor.execute("comment on function ops.quarantined_key is %s", (mark,))


def _statements(contracts: Iterable[FileContract]) -> list[sql.Composable]:
    known = sorted(contracts, key=lambda contract: contract.entity)
    cases = sql.SQL(" ").join(
        sql.SQL("when {} then {}").format(sql.Literal(contract.entity), _record_key(contract)) for contract in known
    )
    branches = sql.SQL("").join(_branch(contract) for contract in known)
    return [
        sql.SQL(_KEY_FUNCTION).format(cases=cases) + sql.SQL(";"),
        sql.SQL(_PROBLEM_VIEW) + sql.SQL(";"),
        sql.SQL(_SEQUEL_VIEW).format(branches=branches) + sql.SQL(";"),
        sql.SQL(_STATE_VIEW) + sql.SQL(";"),
    ]


def _record_key(contract: FileContract) -> sql.Composable:
    """The key of a record as people write it, parts joined by slashes; null where a part is missing."""
    parts = [sql.SQL("coalesce({}, '')" if _may_be_empty(contract, name) else "{}").format(
        _in_record(contract, name, sql.SQL("record"))
    ) for name in contract.key]  # fmt: skip
    return sql.SQL(" || '/' || ").join(parts)


def _branch(contract: FileContract) -> sql.Composable:
    record = sql.SQL("quarantined.record")
    terms = [
        sql.SQL("known.{} is not distinct from {}").format(sql.Identifier(name), _in_record(contract, name, record))
        for name in contract.key
    ]
    found: sql.Composable
    if contract.lookup_column == "ticket_key":
        found = sql.SQL("({0} ->> 'source_system') || '/' || ({0} ->> 'ticket_id')").format(record)
    else:
        found = _in_record(contract, contract.lookup_column, record)
    lookup = sql.SQL("known.{} = {}").format(sql.Identifier(contract.lookup_column), found)
    return sql.SQL(_SEQUEL_BRANCH).format(
        raw_table=sql.Identifier("raw", contract.entity),
        same_key=sql.SQL(" and ").join([lookup, *terms]),
        entity=sql.Literal(contract.entity),
    )


def _in_record(contract: FileContract, name: str, record: sql.Composable) -> sql.Composable:
    """A key column as it stands in a quarantined record; one that is derived by what it is derived from."""
    sources = contract.derived.get(name, (name,))
    values = [sql.SQL("({} ->> {})").format(record, sql.Literal(source)) for source in sources]
    return values[0] if len(values) == 1 else sql.SQL("coalesce({})").format(sql.SQL(", ").join(values))


def _may_be_empty(contract: FileContract, name: str) -> bool:
    column = contract.column_by_name.get(name)
    return column is not None and not column.required and name not in ("source_system", contract.lookup_column)
