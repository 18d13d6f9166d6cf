"""The ledger: at each publication, for each key, owed less already posted is posted if it is not zero.

So a re-run posts nothing, late data becomes an adjustment by itself, and the sum of the ledger is what is owed, always.
Lines are chained by hash; the database refuses to change them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json, execute_values

FIRST_HASH = "0" * 64

# By today's knowledge these months cannot be told yet; nothing is posted and nothing is taken back for them.
UNDECIDED_STATUSES = ("provisional", "fee_missing")

DETAIL_COLUMNS = (
    "supplier_id", "service_level_id", "clause", "penalty_kind", "breached_count", "measured_count", "attainment_ratio",
    "band_from", "band_to", "unit_amount", "fee_ratio", "fee_amount", "gross_amount", "cap_amount", "cap_clause",
    "gross_before_amount", "cap_reduction_amount", "owed_amount", "status_code", "tax_treatment_code", "cost_centre",
    "gl_account",
)  # fmt: skip

EVIDENCE_COLUMNS = (
    "ticket_key", "source_system", "ticket_id", "work_centre_id", "service_level_id", "priority_applied_code",
    "target_seconds", "elapsed_seconds", "overdue_seconds", "started_at", "breached_at", "stopped_at", "status_code",
    "_source_file", "_source_row_number",
)  # fmt: skip

DIFFERENCES = """
with owed as (
    select
        penalties.contract_id, penalties.penalty_term_id, penalties.period_month, penalties.currency_code,
        penalties.owed_amount, penalties.status_code, penalties.service_level_id,
        jsonb_build_object(
            'supplier_name', suppliers.supplier_name, 'supplier_name_zh', suppliers.supplier_name_zh,
            'contract_name', contracts.contract_name, 'contract_name_zh', contracts.contract_name_zh
        ) as names,
        to_jsonb(penalties) as penalty
    from {slot}.fct_penalty as penalties
    left join {slot}.dim_supplier as suppliers on suppliers.supplier_key = penalties.supplier_key
    left join {slot}.dim_contract as contracts on contracts.contract_key = penalties.contract_key
),
posted as (
    select
        contract_id, penalty_term_id, period_month, currency_code,
        sum(amount) as posted_amount,
        min(line_number) as initial_line_number,
        (array_agg(detail order by line_number desc))[1] as last_detail
    from finance.ledger_line
    group by contract_id, penalty_term_id, period_month, currency_code
)
select
    contract_id, penalty_term_id, period_month, currency_code,
    coalesce(owed.owed_amount, 0) as owed_amount,
    coalesce(owed.owed_amount, 0) - coalesce(posted.posted_amount, 0) as difference,
    posted.initial_line_number,
    owed.service_level_id,
    coalesce(owed.names || owed.penalty, posted.last_detail || '{{"status_code": "withdrawn", "owed_amount": "0.00"}}') as facts
from owed
full join posted using (contract_id, penalty_term_id, period_month, currency_code)
where
    coalesce(owed.status_code, '') <> all(%s)
    and coalesce(owed.owed_amount, 0) <> coalesce(posted.posted_amount, 0)
order by contract_id collate "C", penalty_term_id collate "C", period_month, currency_code
"""


@dataclass(frozen=True)
class LedgerLine:
    """One line as it is hashed; amounts are exact decimals, `detail` and `evidence` hold text only."""

    line_number: int
    publication_id: int
    line_kind: str
    contract_id: str
    penalty_term_id: str
    period_month: date
    currency_code: str
    amount: Decimal
    owed_amount: Decimal
    accounting_period: date
    corrects_line_number: int | None
    as_of: datetime
    detail: dict[str, str | None]
    evidence: tuple[dict[str, str | None], ...]

    def hash_after(self, previous_hash: str) -> str:
        """SHA-256 over the previous line's hash and everything this line says, evidence included."""
        content = {
            "line_number": self.line_number,
            "publication_id": self.publication_id,
            "line_kind": self.line_kind,
            "contract_id": self.contract_id,
            "penalty_term_id": self.penalty_term_id,
            "period_month": self.period_month.isoformat(),
            "currency_code": self.currency_code,
            "amount": str(self.amount),
            "owed_amount": str(self.owed_amount),
            "accounting_period": self.accounting_period.isoformat(),
            "corrects_line_number": self.corrects_line_number,
            "as_of": self.as_of.isoformat(),
            "detail": self.detail,
            "evidence": list(self.evidence),
        }
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(f"{previous_hash}\n{canonical}".encode()).hexdigest()


def post_differences(
    cursor: Cursor,
    *,
    slot: str,
    publication_id: int,
    as_of: datetime,
    record_publication: Callable[[int], None],
) -> int:
    """Post owed less posted for every key of the slot's `fct_penalty`, and return the number of lines.

    Runs inside the caller's transaction, under the publication lock. `record_publication(count)` writes the row the lines
    refer to. A key that is posted but no longer owed gets an adjustment back to zero.
    """
    cursor.execute(sql.SQL(DIFFERENCES).format(slot=sql.Identifier(slot)), (list(UNDECIDED_STATUSES),))
    differences = cursor.fetchall()
    record_publication(len(differences))
    line_number, previous_hash = _end_of_chain(cursor)
    for contract_id, term_id, month, currency, owed, difference, initial_line, service_level_id, facts in differences:
        line_number += 1
        line = LedgerLine(
            line_number=line_number,
            publication_id=publication_id,
            line_kind="initial" if initial_line is None else "adjustment",
            contract_id=contract_id,
            penalty_term_id=term_id,
            period_month=month,
            currency_code=currency,
            amount=difference,
            owed_amount=owed,
            accounting_period=as_of.date().replace(day=1),
            corrects_line_number=initial_line,
            as_of=as_of,
            detail=_detail(facts),
            evidence=tuple(_evidence(cursor, slot, contract_id, service_level_id, month)),
        )
        previous_hash = _insert(cursor, line, previous_hash)
    return len(differences)


def broken_links(connection: Connection) -> list[int]:
    """Numbers of the lines whose hash does not follow from their content and the line before; empty when all is well."""
    broken = []
    previous_hash = FIRST_HASH
    expected_number = 1
    with connection, connection.cursor() as cursor:
        for line, stored_previous, stored_hash in _stored_lines(cursor):
            is_in_order = line.line_number == expected_number and stored_previous == previous_hash
            if not is_in_order or line.hash_after(previous_hash) != stored_hash:
                broken.append(line.line_number)
            previous_hash = stored_hash
            expected_number = line.line_number + 1
    return broken


def _stored_lines(cursor: Cursor) -> Iterator[tuple[LedgerLine, str, str]]:
    cursor.execute(
        "select line.line_number, line.publication_id, line.line_kind, line.contract_id, line.penalty_term_id,"
        " line.period_month, line.currency_code, line.amount, line.owed_amount, line.accounting_period,"
        " line.corrects_line_number, line.as_of, line.detail,"
        " coalesce((select jsonb_agg(evidence.detail order by evidence.evidence_number)"
        "   from finance.ledger_evidence as evidence where evidence.line_number = line.line_number), '[]'),"
        " line.previous_hash, line.line_hash"
        " from finance.ledger_line as line order by line.line_number"
    )
    for *fields, evidence, previous_hash, line_hash in cursor.fetchall():
        yield LedgerLine(*fields, evidence=tuple(evidence)), previous_hash, line_hash


def _end_of_chain(cursor: Cursor) -> tuple[int, str]:
    cursor.execute("select line_number, line_hash from finance.ledger_line order by line_number desc limit 1")
    row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, FIRST_HASH)


def _detail(facts: dict[str, Any]) -> dict[str, str | None]:
    names = ("supplier_name", "supplier_name_zh", "contract_name", "contract_name_zh")
    return {column: _text(facts.get(column)) for column in (*names, *DETAIL_COLUMNS)}


def _evidence(
    cursor: Cursor, slot: str, contract_id: str, service_level_id: str | None, period_month: date
) -> Iterable[dict[str, str | None]]:
    if service_level_id is None:
        return []
    cursor.execute(
        sql.SQL(
            "select {} from {} where contract_id = %s and service_level_id = %s and period_month = %s order by ticket_key collate \"C\""
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, EVIDENCE_COLUMNS)), sql.Identifier(slot, "fct_sla_breach")
        ),
        (contract_id, service_level_id, period_month),
    )
    return [dict(zip(EVIDENCE_COLUMNS, map(_text, row), strict=True)) for row in cursor.fetchall()]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _insert(cursor: Cursor, line: LedgerLine, previous_hash: str) -> str:
    line_hash = line.hash_after(previous_hash)
    cursor.execute(
        "insert into finance.ledger_line (line_number, publication_id, line_kind, contract_id, penalty_term_id,"
        " period_month, currency_code, amount, owed_amount, accounting_period, corrects_line_number, as_of, detail,"
        " previous_hash, line_hash) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            line.line_number, line.publication_id, line.line_kind, line.contract_id, line.penalty_term_id,
            line.period_month, line.currency_code, line.amount, line.owed_amount, line.accounting_period,
            line.corrects_line_number, line.as_of, Json(line.detail), previous_hash, line_hash,
        ),
    )  # fmt: skip
    execute_values(
        cursor,
        "insert into finance.ledger_evidence (line_number, evidence_number, detail) values %s",
        [(line.line_number, number, Json(entry)) for number, entry in enumerate(line.evidence, start=1)],
    )
    return line_hash
