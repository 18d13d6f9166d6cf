"""Hand new ledger lines to finance: assign a gapless number and the bytes' hashes, commit, then write the files.

A crash in between leaves a number without files; the next run writes the same bytes under the same number.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.extracts.csv_file import Column, control_bytes, csv_bytes, sha256, write_whole
from supplier_sla.extracts.layouts import BREACH_COLUMNS, PENALTY_COLUMNS

EXTRACT_LOCK = 4_152_314


class ExtractChanged(SupplierSlaError):
    """The ledger no longer gives the bytes that were promised under a number."""


@dataclass(frozen=True)
class ExtractFile:
    """One file of an extract with its control content."""

    name: str
    content: bytes
    control: dict[str, object]


def hand_over(connection: Connection, *, outbox: Path, as_of: datetime) -> list[Path]:
    """Number the ledger lines that no extract holds yet, and write every extract that has not reached the outbox.

    Args:
        connection: as the transformer, outside a transaction.
        outbox: folder for the files; made when missing.
        as_of: of the run.

    Returns:
        The data files written now, penalties before breaches; empty when there was nothing to say.

    Raises:
        OutboxUnwritable, OutboxOccupied: see `write_whole`.
        ExtractChanged: the bytes differ from the hash recorded when the number was given.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (EXTRACT_LOCK,))
        _assign_number(cursor, as_of)
    written: list[Path] = []
    for number in _unwritten(connection):
        written += _write(connection, number, outbox)
    return written


def _assign_number(cursor: Cursor, as_of: datetime) -> None:
    cursor.execute(
        "select line.line_number from finance.ledger_line as line"
        " left join finance.extract_line as extracted on extracted.line_number = line.line_number"
        " where extracted.line_number is null order by line.line_number"
    )
    lines = [row[0] for row in cursor.fetchall()]
    if not lines:
        return
    cursor.execute("select coalesce(max(extract_number), 0) + 1 from finance.extract")
    number = (cursor.fetchone() or (1,))[0]
    penalty, breach = _render(cursor, number, lines)
    cursor.execute(
        "insert into finance.extract (extract_number, as_of, line_count, penalty_sha256, breach_sha256)"
        " values (%s, %s, %s, %s, %s)",
        (number, as_of, len(lines), sha256(penalty.content), sha256(breach.content)),
    )
    cursor.execute(
        "insert into finance.extract_line (line_number, extract_number) select unnest(%s::bigint[]), %s",
        (lines, number),
    )


def _unwritten(connection: Connection) -> list[int]:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select extract_number from finance.extract left join finance.extract_written using (extract_number)"
            " where written_at is null order by extract_number"
        )
        return [row[0] for row in cursor.fetchall()]


def _write(connection: Connection, number: int, outbox: Path) -> list[Path]:
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (EXTRACT_LOCK,))
        cursor.execute(
            "select penalty_sha256, breach_sha256,"
            " array(select line_number from finance.extract_line where extract_number = extract.extract_number"
            "   order by line_number)"
            " from finance.extract where extract_number = %s"
            # Another run may have written it since we looked; finance may have taken the files already.
            " and not exists (select from finance.extract_written where extract_number = extract.extract_number)",
            (number,),
        )
        row = cursor.fetchone()
        if row is None:
            return []
        penalty_sha256, breach_sha256, lines = row
        files = _render(cursor, number, lines)
        for file, promised in zip(files, (penalty_sha256, breach_sha256), strict=True):
            if sha256(file.content) != promised:
                raise ExtractChanged(
                    f"extract file {file.name}",
                    expected=f"bytes with the SHA-256 {promised} that was recorded with its number",
                    found=sha256(file.content),
                    next_step="check the ledger (scripts/check_ledger); nothing was written",
                )
        for file in files:
            # The control file goes last: where it stands, the data file is whole.
            write_whole(outbox / file.name, file.content)
            write_whole(outbox / f"{file.name.removesuffix('.csv')}.control.json", control_bytes(file.control))
        cursor.execute(
            "insert into finance.extract_written (extract_number) values (%s) on conflict do nothing", (number,)
        )
    return [outbox / file.name for file in files]


def _render(cursor: Cursor, number: int, lines: list[int]) -> tuple[ExtractFile, ExtractFile]:
    penalties = _rows(
        cursor,
        "select line.line_number, line.line_kind, line.corrects_line_number, line.accounting_period, line.contract_id,"
        " line.penalty_term_id, line.period_month, line.currency_code, line.amount, line.owed_amount, line.as_of,"
        " line.line_hash, line.detail from finance.ledger_line as line"
        " where line.line_number = any(%s) order by line.line_number",
        lines,
    )
    breaches = _rows(
        cursor,
        "select evidence.line_number, evidence.evidence_number, line.contract_id, line.penalty_term_id,"
        " line.period_month, evidence.detail from finance.ledger_evidence as evidence"
        " join finance.ledger_line as line on line.line_number = evidence.line_number"
        " where evidence.line_number = any(%s) order by evidence.line_number, evidence.evidence_number",
        lines,
    )
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in penalties:
        totals[row["currency_code"]] += row["amount"]
    return (
        _file("penalty_extract", number, PENALTY_COLUMNS, penalties, totals),
        _file("breach_extract", number, BREACH_COLUMNS, breaches, None),
    )


def _file(
    kind: str, number: int, columns: tuple[Column, ...], rows: list[dict[str, Any]], totals: dict[str, Decimal] | None
) -> ExtractFile:
    name = f"{kind}_{number:06d}.csv"
    content = csv_bytes(columns, ([_text(number, row, column.name) for column in columns] for row in rows))
    control: dict[str, object] = {
        "extract_number": number,
        "file_name": name,
        "row_count": len(rows),
        "sha256": sha256(content),
    }
    if totals is not None:
        control["control_totals"] = {currency: str(total) for currency, total in sorted(totals.items())}
    return ExtractFile(name, content, control)


def _text(number: int, row: dict[str, Any], column: str) -> str | None:
    value = number if column == "extract_number" else row[column] if column in row else row["detail"].get(column)
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _rows(cursor: Cursor, statement: str, lines: list[int]) -> list[dict[str, Any]]:
    with cursor.connection.cursor(cursor_factory=RealDictCursor) as by_name:
        by_name.execute(statement, (lines,))
        return [dict(row) for row in by_name.fetchall()]
