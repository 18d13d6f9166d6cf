"""The hash chain: each line's hash follows from its content and the hash of the line before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.ledger.line import FIRST_HASH, LedgerLine

LINES_AT_A_TIME = 500

STORED_LINES = """
select
    line.line_number, line.publication_id, line.line_kind, line.contract_id, line.penalty_term_id, line.period_month,
    line.currency_code, line.amount, line.owed_amount, line.accounting_period, line.corrects_line_number, line.as_of,
    line.detail,
    coalesce(
        (
            select jsonb_agg(evidence.detail order by evidence.evidence_number)
            from finance.ledger_evidence as evidence
            where evidence.line_number = line.line_number
        ),
        '[]'
    ),
    line.previous_hash, line.line_hash
from finance.ledger_line as line
where {condition}
order by line.line_number
"""

AFTER = "line.line_number > %(after)s"
BEFORE_IN_A_KEY_SINCE_CONTINUED = """line.line_number <= %(after)s and exists (
    select from finance.ledger_line as later
    where
        later.line_number > %(after)s
        and later.contract_id = line.contract_id
        and later.penalty_term_id = line.penalty_term_id
        and later.period_month = line.period_month
        and later.currency_code = line.currency_code
)"""


@dataclass(frozen=True)
class ChainEnd:
    """The last line of a chain; number 0 before the first one."""

    line_number: int
    line_hash: str


FIRST = ChainEnd(0, FIRST_HASH)


def end_of_chain(cursor: Cursor) -> tuple[int, str]:
    """Number and hash of the last line."""
    cursor.execute("select line_number, line_hash from finance.ledger_line order by line_number desc limit 1")
    row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, FIRST_HASH)


def walk_chain(cursor: Cursor, after: ChainEnd = FIRST) -> tuple[list[int], ChainEnd]:
    """Numbers of the broken lines after `after`, and where the chain ends.

    A line is broken when it is missing, or its hash does not follow from its content and the line before, or it is one
    more than all publications together have on record.
    """
    broken: list[int] = []
    previous = after
    for line, stored_previous, stored_hash in _stored_lines(cursor.connection, AFTER, after):
        broken += range(previous.line_number + 1, line.line_number)
        if stored_previous != previous.line_hash or line.hash_after(stored_previous) != stored_hash:
            broken.append(line.line_number)
        previous = ChainEnd(line.line_number, stored_hash)
    cursor.execute("select coalesce(sum(ledger_lines_posted), 0)::bigint from ops.publication")
    (posted,) = cursor.fetchone() or (0,)
    end = previous.line_number
    missing_or_foreign = {*range(end + 1, posted + 1), *range(max(posted, after.line_number) + 1, end + 1)}
    return sorted(missing_or_foreign.union(broken)), previous


def changed_before(cursor: Cursor, after: ChainEnd) -> list[int]:
    """Numbers of the lines up to `after` whose hash does not follow from their content, in keys that have a line since.

    Who changes an amount makes the next night post the difference, and so leads it to this line.
    """
    return [
        line.line_number
        for line, stored_previous, stored_hash in _stored_lines(
            cursor.connection, BEFORE_IN_A_KEY_SINCE_CONTINUED, after
        )
        if line.hash_after(stored_previous) != stored_hash
    ]


def broken_links(connection: Connection) -> list[int]:
    """Numbers of the broken lines of the whole ledger, in a transaction of its own; empty when all is well."""
    with connection, connection.cursor() as cursor:
        return walk_chain(cursor)[0]


def _stored_lines(connection: Connection, condition: str, after: ChainEnd) -> Iterator[tuple[LedgerLine, str, str]]:
    # A cursor of the server: the whole ledger need not fit into memory.
    with connection.cursor("stored_ledger_lines") as cursor:
        cursor.itersize = LINES_AT_A_TIME
        cursor.execute(STORED_LINES.format(condition=condition), {"after": after.line_number})
        for *fields, previous_hash, line_hash in cursor:
            yield LedgerLine(*fields), previous_hash, line_hash
