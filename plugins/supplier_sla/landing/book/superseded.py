"""Which deliveries later ones have replaced.

Superseded is
* a delivery of changes, once each row that it brought has a newer one of the same key: by the source's own time, else
  by arrival, as the models choose (dbt_project/macros/newest_version.sql);
* a full dump, once a newer full dump by the same profile of the same entity was accepted, whatever that leaves out.

Models look at rows and read the same as before: of a replaced full dump what the newer one repeated or left out. What
it costs follows the number of deliveries that still count, not their rows: of each one row that was the newest is
remembered and looked at first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract

_FULL_DUMPS = """
update ops.delivery as dump
set superseded_as_of = %(as_of)s
where
    dump.entity = %(entity)s and dump.content_kind = 'full' and dump.superseded_as_of is null
    and dump.state in ('loaded', 'partly_loaded') and dump.is_checked
    and exists (
        select from ops.delivery as newer
        where
            newer.entity = dump.entity and newer.profile = dump.profile and newer.content_kind = 'full'
            and newer.repeats_delivery_id is null
            and (newer.state in ('loaded', 'partly_loaded') and newer.is_checked or newer.state = 'repeated')
            and row(coalesce(newer.exported_at, '-infinity'), newer.delivery_id)
            > row(coalesce(dump.exported_at, '-infinity'), dump.delivery_id)
    )
"""

# Offset 0 keeps a subquery what it is: one look through the index per row, up to the first row that still counts.
_CHANGES = """
with candidates as materialized (
    select delivery_id, newest_lookup
    from ops.delivery
    where
        entity = {entity} and content_kind = 'changes' and superseded_as_of is null
        and state in ('loaded', 'partly_loaded') and rows_loaded > 0 and is_checked
),

looked_at as materialized (
    select
        candidates.delivery_id,
        coalesce(
            (
                select known.{lookup} from {raw_table} as known
                where known.{lookup} = candidates.newest_lookup and {counts} limit 1
            ),
            (select known.{lookup} from {raw_table} as known where {counts} limit 1)
        ) as newest_lookup
    from candidates
)

update ops.delivery
set
    newest_lookup = coalesce(looked_at.newest_lookup, delivery.newest_lookup),
    superseded_as_of = case when looked_at.newest_lookup is null then {as_of}::timestamptz end
from looked_at
where
    delivery.delivery_id = looked_at.delivery_id
    and (looked_at.newest_lookup is null or looked_at.newest_lookup is distinct from delivery.newest_lookup)
"""

_COUNTS = """
    known._delivery_id = candidates.delivery_id
    and not exists (
        select from {raw_table} as newer
        where
            newer.{lookup} = known.{lookup} and {same_key}
            and row(coalesce(newer._version_at, '-infinity'), newer._delivery_id, newer._line)
            > row(coalesce(known._version_at, '-infinity'), known._delivery_id, known._line)
            and (
                select state in ('loaded', 'partly_loaded') and is_checked
                from ops.delivery where delivery_id = newer._delivery_id
            )
        offset 0
    )
"""


def mark_superseded(cursor: Cursor, contracts: Iterable[FileContract], as_of: datetime) -> int:
    """Look at the deliveries of these entities, once every delivery is judged; returns how many count no more."""
    count = 0
    for contract in contracts:
        cursor.execute(_FULL_DUMPS, {"entity": contract.entity, "as_of": as_of})
        count += cursor.rowcount
        cursor.execute(_changes_statement(contract, as_of))
        cursor.execute(
            "select count(*) from ops.delivery"
            " where entity = %s and content_kind = 'changes' and superseded_as_of = %s",
            (contract.entity, as_of),
        )
        count += int((cursor.fetchone() or (0,))[0])
    return count


def _changes_statement(contract: FileContract, as_of: datetime) -> sql.Composed:
    lookup = sql.Identifier(contract.lookup_column)
    raw_table = sql.Identifier("raw", contract.entity)
    same_key = sql.SQL(" and ").join(
        sql.SQL("newer.{0} is not distinct from known.{0}").format(sql.Identifier(name)) for name in contract.key
    )
    counts = sql.SQL(_COUNTS).format(raw_table=raw_table, lookup=lookup, same_key=same_key)
    return sql.SQL(_CHANGES).format(
        entity=sql.Literal(contract.entity),
        lookup=lookup,
        raw_table=raw_table,
        counts=counts,
        as_of=sql.Literal(as_of),
    )
