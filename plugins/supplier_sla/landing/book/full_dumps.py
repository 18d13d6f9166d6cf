"""What is known and not in the newest full dump is listed in `ops.missing_from_full_dump`, never closed or deleted."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.book.content import key_hash
from supplier_sla.landing.contract import FileContract

_NEWEST_DUMPS = """
select distinct on (profile) profile, delivery_id
from ops.delivery
where entity = %s and content_kind = 'full' and state in ('loaded', 'partly_loaded', 'repeated')
    and repeats_delivery_id is null and (is_checked or state = 'repeated')
order by profile, exported_at desc nulls last, delivery_id desc
"""

# A row that a full dump or a change of the same profile brought, in its newest version.
_LIST_MISSING = """
insert into ops.missing_from_full_dump (delivery_id, entity, record_key, last_delivery_id, last_line)
select {dump}, {entity}, record_key, _delivery_id, _line
from (
    select distinct on ({key})
        concat_ws('/', {key}) as record_key,
        {hash} as key_hash,
        known._delivery_id,
        known._line
    from {raw_table} as known
    inner join ops.delivery as deliveries
        on known._delivery_id = deliveries.delivery_id
    where deliveries.profile = {profile} and deliveries.state in ('loaded', 'partly_loaded') and deliveries.is_checked
    order by {key}, known._version_at desc nulls last, known._delivery_id desc, known._line desc
) as newest
where not exists (
    select from ops.full_dump_key
    where full_dump_key.delivery_id = {dump} and full_dump_key.key_hash = newest.key_hash
)
"""


def list_missing(cursor: Cursor, contracts: Iterable[FileContract]) -> int:
    """Make the lists of these entities anew, once every delivery is judged; returns the number of missing keys.

    Keys of dumps that a newer one has taken the place of are forgotten.
    """
    count = 0
    for contract in contracts:
        cursor.execute(_NEWEST_DUMPS, (contract.entity,))
        newest = dict(cursor.fetchall())
        cursor.execute("delete from ops.missing_from_full_dump where entity = %s", (contract.entity,))
        for profile, dump in newest.items():
            cursor.execute(_statement(contract, profile, dump))
            count += cursor.rowcount
        cursor.execute(
            "delete from ops.full_dump_key using ops.delivery as dumps"
            " where full_dump_key.delivery_id = dumps.delivery_id and dumps.entity = %s"
            " and not full_dump_key.delivery_id = any(%s) and (dumps.is_checked or dumps.state = 'repeated')",
            (contract.entity, list(newest.values())),
        )
    return count


def _statement(contract: FileContract, profile: str, dump: int) -> sql.Composed:
    return sql.SQL(_LIST_MISSING).format(
        dump=sql.Literal(dump),
        entity=sql.Literal(contract.entity),
        key=sql.SQL(", ").join(sql.Identifier("known", name) for name in contract.key),
        hash=key_hash(contract, "known"),
        raw_table=sql.Identifier("raw", contract.entity),
        profile=sql.Literal(profile),
    )
