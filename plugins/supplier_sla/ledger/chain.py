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
where line.line_number > %s
order by line.line_number
"""


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

    A line is broken when it is missing, or its hash does not follow from its content and the line before. How many
    lines there must be is on record with the publications.
    """
    broken: list[int] = []
    previous = after
    for line, stored_previous, stored_hash in _stored_lines(cursor.connection, after.line_number):
        broken += range(previous.line_number + 1, line.line_number)
        if stored_previous != previous.line_hash or line.hash_after(stored_previous) != stored_hash:
            broken.append(line.line_number)
        previous = ChainEnd(line.line_number, stored_hash)
    cursor.execute("select coalesce(sum(ledger_lines_posted), 0)::bigint from ops.publication")
    (posted,) = cursor.fetchone() or (0,)
    return broken + list(range(previous.line_number + 1, posted + 1)), previous


def broken_links(connection: Connection) -> list[int]:
    """Numbers of the lines that are missing or broken, in a transaction of its own; empty when all is well."""
    with connection, connection.cursor() as cursor:
        return walk_chain(cursor)[0]


def _stored_lines(connection: Connection, after: int) -> Iterator[tuple[LedgerLine, str, str]]:
    # A cursor of the server: the whole ledger need not fit into memory.
    with connection.cursor("stored_ledger_lines") as cursor:
        cursor.itersize = LINES_AT_A_TIME
        cursor.execute(STORED_LINES, (after,))
        for *fields, previous_hash, line_hash in cursor:
            yield LedgerLine(*fields), previous_hash, line_hash
