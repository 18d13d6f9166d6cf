"""Finds the lines that say exactly what is known already."""

from __future__ import annotations

from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract

# Below this number of rows everything is cheap; above it, looking first whether anything can repeat pays.
ROWS_WORTH_A_LOOK = 50_000

# Raw may be this many times as large as the file and still be scanned once, instead of one look-up for each row.
LARGEST_RAW_TO_SCAN = 4


def find_repeats(cursor: Cursor, contract: FileContract, row_count: int) -> int:
    """Lines that say exactly what the latest row of the same key and version already says, in this file or in raw.

    Latest, not any: a source that goes from A to B and back to A has said something new. Rows of a delivery that was
    refused after loading count for nothing. Fills the table `repeated` from the `row_count` rows of `prepared`, and
    returns its number of rows.
    """
    only_suspects = sql.SQL("")
    if row_count >= ROWS_WORTH_A_LOOK:
        sources = _places_of_same_content(cursor, contract)
        if sources is None:
            only_suspects = sql.SQL("")
        elif not sources:
            only_suspects = sql.SQL("where false")
        else:
            only_suspects = sql.SQL(
                "where {key_hash} in (select {key_hash} from prepared where {same_content})"
            ).format(key_hash=_key_hash(contract), same_content=sql.SQL(" or ").join(sources))
    _fill_repeated(cursor, contract, only_suspects)
    cursor.execute("select count(*) from repeated")
    row = cursor.fetchone()
    assert row is not None  # a count always has one row
    return int(row[0])


def _places_of_same_content(cursor: Cursor, contract: FileContract) -> list[sql.Composable] | None:
    """Conditions on rows of `prepared` of which one holds wherever the same content exists elsewhere.

    None where it would cost more to find out than to look at each row.
    """
    raw_table = sql.Identifier("raw", contract.entity)
    cursor.execute(
        sql.SQL(
            """
            select
                exists (select from {raw_table}),
                (
                    select coalesce(sum(pg_relation_size(inhrelid)), 0) from pg_inherits where inhparent = {raw_name}::regclass
                ) + pg_relation_size({raw_name}::regclass) <= {largest} * pg_relation_size('prepared')
            """
        ).format(
            raw_table=raw_table,
            raw_name=sql.Literal(f"raw.{contract.entity}"),
            largest=sql.Literal(LARGEST_RAW_TO_SCAN),
        )
    )
    has_history, may_scan = cursor.fetchone() or (True, False)
    if has_history and not may_scan:
        return None
    places: list[sql.Composable] = []
    if _has_content_twice(cursor):
        places.append(sql.SQL("_row_hash in (select _row_hash from prepared group by _row_hash having count(*) > 1)"))
    if has_history:
        places.append(sql.SQL("_row_hash in (select _row_hash from {})").format(raw_table))
    return places


def _has_content_twice(cursor: Cursor) -> bool:
    """Whether two rows of the file are the same. A unique index sorts in parallel; an aggregate over as many groups as
    rows does not. The index is not kept."""
    cursor.execute("savepoint content")
    try:
        cursor.execute("create unique index on prepared (_row_hash)")
    except errors.UniqueViolation:
        return True
    finally:
        cursor.execute("rollback to savepoint content; release savepoint content")
    return False


def _key_hash(contract: FileContract) -> sql.Composable:
    """Sorting numbers is faster than sorting texts. Two keys of one hash do no harm: their _row_hash differs."""
    return sql.SQL(" # ").join(
        sql.SQL("hashtextextended(coalesce({}, ''), {})").format(sql.Identifier(name), sql.Literal(position))
        for position, name in enumerate(contract.key)
    )


def _fill_repeated(cursor: Cursor, contract: FileContract, only_suspects: sql.Composable) -> None:
    """The exact answer for the rows that `only_suspects` leaves.

    The look into raw goes through the index on the lookup column, row by row: its cost follows the file and not the
    history. Hence lateral, the state by a scalar subquery and the order by a row value: written as joins and plain
    columns, the planner, which knows nothing about a table not yet analysed, walks through whole deliveries.
    """
    cursor.execute(
        sql.SQL(
            """
            create unlogged table repeated as
            with in_file as (
                select
                    *,
                    lag(_row_hash) over (partition by {key_hash}, _version_at order by _line) as previous_hash
                from prepared
                {only_suspects}
            )

            select in_file._line as line
            from in_file
            left join lateral (
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
            ) as latest on true
            where coalesce(in_file.previous_hash, latest._row_hash) = in_file._row_hash
            """
        ).format(
            raw_table=sql.Identifier("raw", contract.entity),
            lookup=sql.Identifier(contract.lookup_column),
            key_hash=_key_hash(contract),
            only_suspects=only_suspects,
            same_key=sql.SQL(" and ").join(
                sql.SQL("known.{0} is not distinct from in_file.{0}").format(sql.Identifier(name))
                for name in contract.key
            ),
        )
    )
