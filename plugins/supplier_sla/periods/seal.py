"""What the seal of a closed month covers, its hash, and whether ledger and seal still agree."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.ledger.line import FIRST_HASH

# Every column of the tables of a closed month, in the order in which the seal says them.
MOVEMENT_COLUMNS = (
    "supplier_id", "contract_id", "currency_code", "opening_amount", "new_amount", "adjustment_amount",
    "earn_back_amount", "dispute_amount", "waiver_amount", "paid_amount", "closing_amount", "extracted_amount",
    "accepted_amount", "rejected_amount", "open_dispute_amount",
)  # fmt: skip
SEALED_TABLES = {
    "accounting_period_total": ("currency_code", "line_count", "amount"),
    "accounting_period_movement": MOVEMENT_COLUMNS,
    "accrual": (
        "contract_id", "penalty_term_id", "period_month", "currency_code", "supplier_id", "posted_amount",
        "low_amount", "estimate_amount", "high_amount", "arithmetic",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Total:
    """Ledger lines of one currency and their sum."""

    currency_code: str
    line_count: int
    amount: Decimal


@dataclass(frozen=True)
class Booked:
    """What the ledger holds of a month: its lines by currency, and the end of the chain up to it."""

    totals: tuple[Total, ...]
    last_line_number: int | None
    last_line_hash: str

    @property
    def line_count(self) -> int:
        """Lines of the month in all currencies."""
        return sum(total.line_count for total in self.totals)


@dataclass(frozen=True)
class Seal:
    """The row that makes a month closed."""

    accounting_period: date
    as_of: datetime
    publication_id: int
    line_count: int
    last_line_number: int | None
    last_line_hash: str


def booked(cursor: Cursor, month: date) -> Booked:
    """What the ledger says of a month."""
    cursor.execute(
        "select currency_code, count(*), sum(amount) from finance.ledger_line where accounting_period = %s"
        ' group by currency_code order by currency_code collate "C"',
        (month,),
    )
    totals = tuple(Total(*row) for row in cursor.fetchall())
    cursor.execute(
        "select line_number, line_hash from finance.ledger_line where accounting_period <= %s"
        " order by line_number desc limit 1",
        (month,),
    )
    number, line_hash = cursor.fetchone() or (None, FIRST_HASH)
    return Booked(totals, number, line_hash)


def content_sha256(cursor: Cursor, seal: Seal) -> str:
    """SHA-256 over the row of the month and the rows of the month in the other three tables, as they are stored."""
    content: dict[str, Any] = {
        "accounting_period": seal.accounting_period.isoformat(),
        "as_of": seal.as_of.astimezone(UTC).isoformat(),
        "publication_id": seal.publication_id,
        "line_count": seal.line_count,
        "last_line_number": seal.last_line_number,
        "last_line_hash": seal.last_line_hash,
    }
    for table, columns in SEALED_TABLES.items():
        content[table] = list(_rows(cursor, table, columns, seal.accounting_period))
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def stored_seal(cursor: Cursor, month: date) -> tuple[Seal, str] | None:
    """The seal of a month with its hash; None: the month has none."""
    cursor.execute(
        "select accounting_period, as_of, publication_id, line_count, last_line_number, last_line_hash, content_sha256"
        " from finance.accounting_period where accounting_period = %s",
        (month,),
    )
    row = cursor.fetchone()
    return (Seal(*row[:-1]), row[-1]) if row else None


def disagreements(cursor: Cursor, seal: Seal, sha256: str) -> Sequence[str]:
    """What no longer is as it was sealed; empty when all is well."""
    problems = []
    if content_sha256(cursor, seal) != sha256:
        problems.append("rows of the seal are not those that were hashed")
    now = booked(cursor, seal.accounting_period)
    cursor.execute(
        "select currency_code, line_count, amount from finance.accounting_period_total where accounting_period = %s"
        ' order by currency_code collate "C"',
        (seal.accounting_period,),
    )
    if tuple(Total(*row) for row in cursor.fetchall()) != now.totals or now.line_count != seal.line_count:
        problems.append("lines or sums of the ledger are others")
    if (now.last_line_number, now.last_line_hash) != (seal.last_line_number, seal.last_line_hash):
        problems.append(f"the ledger's line {seal.last_line_number} is another")
    return problems


def broken_seals(cursor: Cursor) -> list[str]:
    """What is no longer as it was sealed, over all closed months, in words; empty when all is well."""
    cursor.execute("select accounting_period from finance.accounting_period order by accounting_period")
    seals = [stored_seal(cursor, month) for (month,) in cursor.fetchall()]
    return [
        f"accounting period {seal.accounting_period:%Y-%m}: {problem}"
        for seal, sha256 in filter(None, seals)
        for problem in disagreements(cursor, seal, sha256)
    ]


def _rows(cursor: Cursor, table: str, columns: Sequence[str], month: date) -> Iterator[list[str]]:
    cursor.execute(
        sql.SQL("select {} from finance.{} where accounting_period = %s order by {}").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns),
            sql.Identifier(table),
            sql.SQL(", ").join(sql.SQL('{}::text collate "C"').format(sql.Identifier(column)) for column in columns),
        ),
        (month,),
    )
    for row in cursor.fetchall():
        yield list(row)
