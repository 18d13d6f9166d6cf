"""Finds the lines that say exactly what is known already.

Small files look into raw row by row: the cost follows the file and not the history. Large ones look first whether the
same content occurs twice at all, and only the rows of its keys are compared; where raw is not much larger than the
file, all at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract

# Below this number of rows nothing takes long.
FEWEST_ROWS_OF_A_LARGE_FILE = 50_000

# Raw may be this many times as large as the file and still be scanned, instead of one look-up for each row.
LARGEST_RAW_TO_SCAN = 4


@dataclass(frozen=True)
class _Plan:
    """Which rows of `prepared` to compare (None: every one), and whether with all of raw at once."""

    suspects: sql.Composable | None = None
    scans_raw: bool = False


def find_repeats(cursor: Cursor, contract: FileContract, row_count: int) -> int:
    """Lines that say exactly what the latest row of the same key and version already says, in this file or in raw.

    Latest, not any: a source that goes from A to B and back to A has said something new. Rows of a delivery that was
    refused after loading count for nothing. Fills the table `repeated` from the `row_count` rows of `prepared`, and
    returns its number of rows.
    """
    plan = _plan(cursor, contract) if row_count >= FEWEST_ROWS_OF_A_LARGE_FILE else _Plan()
    cursor.execute(
        sql.SQL(
            """
            create unlogged table repeated as
            with in_file as (
                select
                    *,
                    {key_hash} as key_hash,
                    lag(_row_hash) over (partition by {key_hash}, _version_at order by _line) as previous_hash
                from prepared
                where {suspects}
            )

            select in_file._line as line
            from in_file
            left join {latest} as latest on {is_latest}
            where coalesce(in_file.previous_hash, latest._row_hash) = in_file._row_hash
            """
        ).format(
            key_hash=_key_hash(contract),
            suspects=plan.suspects or sql.SQL("true"),
            latest=_latest_of_all(contract) if plan.scans_raw else _latest_of_each(contract),
            is_latest=sql.SQL(
                "latest.key_hash = in_file.key_hash and latest._version_at is not distinct from in_file._version_at"
                if plan.scans_raw
                else "true"
            ),
        )
    )
    return int(cursor.rowcount)


def _plan(cursor: Cursor, contract: FileContract) -> _Plan:
    """How to go about a large file. The same content twice, in file or raw, makes all rows of its key suspects."""
    raw_table = sql.Identifier("raw", contract.entity)
    cursor.execute(
        sql.SQL(
            """
            select
                exists (select from {raw_table}),
                pg_relation_size({raw_name}) <= {largest} * pg_relation_size('prepared')
            """
        ).format(
            raw_table=raw_table,
            raw_name=sql.Literal(f"raw.{contract.entity}"),
            largest=sql.Literal(LARGEST_RAW_TO_SCAN),
        )
    )
    has_history, may_scan = cursor.fetchone() or (True, False)
    if has_history and not may_scan:
        return _Plan()
    places: list[sql.Composable] = []
    if _has_content_twice(cursor):
        places.append(sql.SQL("select _row_hash from prepared group by _row_hash having count(*) > 1"))
    if has_history:
        places.append(sql.SQL("select _row_hash from {}").format(raw_table))
    if not places:
        return _Plan(sql.SQL("false"))
    suspects = sql.SQL("{key_hash} in (select {key_hash} from prepared where _row_hash in ({places}))").format(
        key_hash=_key_hash(contract), places=sql.SQL(" union all ").join(places)
    )
    return _Plan(suspects, scans_raw=has_history)


def _has_content_twice(cursor: Cursor) -> bool:
    """Whether two rows of the file are the same. A unique index is sorted in parallel; no other way to ask is."""
    cursor.execute("savepoint content")
    try:
        cursor.execute("create unique index on prepared (_row_hash)")
    except errors.UniqueViolation:
        return True
    finally:
        cursor.execute("rollback to savepoint content; release savepoint content")
    return False


def _key_hash(contract: FileContract, table: str = "prepared") -> sql.Composable:
    """Sorting numbers is faster than sorting texts. Two keys of one hash do no harm: their _row_hash differs."""
    return sql.SQL(" # ").join(
        sql.SQL("hashtextextended(coalesce({}, ''), {})").format(sql.Identifier(table, name), sql.Literal(position))
        for position, name in enumerate(contract.key)
    )


def _latest_of_each(contract: FileContract) -> sql.Composable:
    """The latest row of raw of the same key and version, looked up through the index for each row of the file.

    Lateral, the state by a scalar subquery and the order by a row value: written as joins and plain columns, the
    planner, which knows nothing about a table not yet analysed, walks through whole deliveries.
    """
    return sql.SQL(
        """
        lateral (
            select known._row_hash
            from {raw_table} as known
            where
                known.{lookup} = in_file.{lookup}
                and {same_key}
                and known._version_at is not distinct from in_file._version_at
                and (select state from ops.delivery where delivery_id = known._delivery_id)
                in ('loaded', 'partly_loaded')
            order by row(known._delivery_id, known._line) desc
            limit 1
        )
        """
    ).format(
        raw_table=sql.Identifier("raw", contract.entity),
        lookup=sql.Identifier(contract.lookup_column),
        same_key=sql.SQL(" and ").join(
            sql.SQL("known.{0} is not distinct from in_file.{0}").format(sql.Identifier(name)) for name in contract.key
        ),
    )


def _latest_of_all(contract: FileContract) -> sql.Composable:
    """The latest row of raw of every key and version."""
    return sql.SQL(
        """
        (
            select distinct on ({key_hash}, known._version_at)
                {key_hash} as key_hash, known._version_at, known._row_hash
            from {raw_table} as known
            where
                known._delivery_id in (
                    select delivery_id from ops.delivery where state in ('loaded', 'partly_loaded')
                )
            order by {key_hash}, known._version_at, known._delivery_id desc, known._line desc
        )
        """
    ).format(raw_table=sql.Identifier("raw", contract.entity), key_hash=_key_hash(contract, "known"))
