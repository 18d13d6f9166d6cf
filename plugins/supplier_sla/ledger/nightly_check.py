"""The night's own check of the ledger, in the transaction that posts: what does not hold is not published."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.ledger.chain import FIRST, ChainEnd, changed_before, walk_chain
from supplier_sla.ledger.invariants import lines_that_do_not_follow, sums_that_differ

SHOWN = 5


class LedgerBroken(SupplierSlaError):
    """The ledger is not what it must be; the publication is rolled back and readers keep what they saw."""


def check_night(cursor: Cursor, *, slot: str, publication_id: int, as_of: datetime) -> None:
    """Check tonight's lines and all sums, and remember the last line that was verified.

    Hashes are computed for the lines since the last check and the earlier ones of their keys, so that the cost follows
    the night; `scripts/check_ledger` computes all of them.

    Raises:
        LedgerBroken: a line is missing, changed or does not follow, or a sum is not what is owed.
    """
    checked = _last_checked(cursor)
    _require_unchanged(cursor, checked)
    broken, end = walk_chain(cursor, checked)
    _require(
        "hash chain of the ledger",
        "every line that publications have on record and no other, each with the hash that follows from it",
        [f"line {number}" for number in sorted({*changed_before(cursor, checked), *broken})],
    )
    cursor.execute("select count(*) from finance.ledger_line")
    (count,) = cursor.fetchone() or (0,)
    _require(
        "lines of the ledger",
        f"{end.line_number}, numbered without a gap",
        [] if count == end.line_number else [f"{count} lines"],
    )
    _require(
        "lines of the ledger",
        "each names its key's first line and says what the key comes to",
        lines_that_do_not_follow(cursor, checked),
    )
    _require("sums of the ledger", "what is owed, per key, component and currency", sums_that_differ(cursor, slot))
    cursor.execute(
        "insert into finance.ledger_check (publication_id, last_line_number, last_line_hash, lines_checked, as_of)"
        " values (%s, %s, %s, %s, %s)",
        (publication_id, end.line_number, end.line_hash, end.line_number - checked.line_number, as_of),
    )


def _last_checked(cursor: Cursor) -> ChainEnd:
    cursor.execute(
        "select last_line_number, last_line_hash from finance.ledger_check order by publication_id desc limit 1"
    )
    row = cursor.fetchone()
    return ChainEnd(*row) if row else FIRST


def _require_unchanged(cursor: Cursor, checked: ChainEnd) -> None:
    cursor.execute("select line_hash from finance.ledger_line where line_number = %s", (checked.line_number,))
    (line_hash,) = cursor.fetchone() or (FIRST.line_hash if checked == FIRST else "none",)
    found = [] if line_hash == checked.line_hash else [f"line {checked.line_number} has the hash {line_hash}"]
    _require("hash chain of the ledger", f"the hash {checked.line_hash} that the last night found at its end", found)


def _require(what: str, expected: str, problems: list[str]) -> None:
    if problems:
        more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise LedgerBroken(
            what,
            expected=expected,
            found="; ".join(problems[:SHOWN]) + more,
            next_step="run scripts/check_ledger to see all of it, and find out who changed the ledger"
            " (docs/ledger.md); nothing was posted or published",
        )
