"""The ledger: at each publication, for each key, owed less already posted is posted if it is not zero.

So a re-run posts nothing, late data becomes an adjustment by itself, and the sum of the ledger is what is owed, always.
Lines are chained by hash; the database refuses to change them.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json, execute_values

from supplier_sla.periods.open_period import open_period

FIRST_HASH = "0" * 64

# By today's knowledge these months cannot be told yet; nothing is posted and nothing is taken back for them.
UNDECIDED_STATUSES = ("provisional", "fee_missing")

# What the ledger reads of a slot.
TABLES_READ = ("dim_contract", "dim_supplier", "fct_penalty", "fct_sla_breach")

# What a line is about stays on record when nothing is owed any more; the arithmetic of an amount that is gone does not.
SUBJECT_COLUMNS = (
    "supplier_id", "service_level_id", "clause", "penalty_kind", "tax_treatment_code", "cost_centre", "gl_account",
)  # fmt: skip
ARITHMETIC_COLUMNS = (
    "breached_count", "measured_count", "attainment_ratio", "band_from", "band_to", "unit_amount", "fee_ratio",
    "fee_amount", "gross_amount", "cap_amount", "cap_clause", "gross_before_amount", "cap_reduction_amount",
    "owed_amount", "status_code",
)  # fmt: skip
WITHDRAWN = {**dict.fromkeys(ARITHMETIC_COLUMNS), "owed_amount": "0.00", "status_code": "withdrawn"}

EVIDENCE_COLUMNS = (
    "ticket_key", "source_system", "ticket_id", "work_centre_id", "service_level_id", "priority_applied_code",
    "target_seconds", "elapsed_seconds", "overdue_seconds", "started_at", "breached_at", "stopped_at", "status_code",
    "_source_file", "_source_row_number",
)  # fmt: skip

# `detail` is made of text: as JSON numbers, amounts would come back as floats.
DIFFERENCES = """
with penalties as (
    select fct_penalty.*, owed_amount::numeric(18, 2) as owed
    from {slot}.fct_penalty
),
owed as (
    select
        penalties.contract_id, penalties.penalty_term_id, penalties.period_month, penalties.currency_code,
        penalties.owed, penalties.service_level_id,
        jsonb_build_object(
            'supplier_name', suppliers.supplier_name, 'supplier_name_zh', suppliers.supplier_name_zh,
            'contract_name', contracts.contract_name, 'contract_name_zh', contracts.contract_name_zh
        ) || jsonb_build_object({detail}) as detail
    from penalties
    left join {slot}.dim_supplier as suppliers on suppliers.supplier_key = penalties.supplier_key
    left join {slot}.dim_contract as contracts on contracts.contract_key = penalties.contract_key
),
posted as (
    select
        contract_id, penalty_term_id, period_month, currency_code,
        sum(amount) as posted,
        min(line_number) as initial_line_number,
        (array_agg(detail order by line_number desc))[1] as last_detail
    from finance.ledger_line
    group by contract_id, penalty_term_id, period_month, currency_code
),
compared as (
    select
        contract_id, penalty_term_id, period_month, currency_code,
        coalesce(owed.owed, 0.00) as owed_amount,
        coalesce(owed.owed, 0.00) - coalesce(posted.posted, 0.00) as difference,
        posted.initial_line_number,
        owed.service_level_id,
        coalesce(owed.detail, posted.last_detail || %(withdrawn)s::jsonb) as detail
    from owed
    full join posted using (contract_id, penalty_term_id, period_month, currency_code)
)
select compared.*
from compared
where
    compared.difference <> 0
    -- In whatever currency: a month that cannot be told yet is not taken back either.
    and not exists (
        select from penalties as undecided
        where
            undecided.status_code = any(%(undecided)s)
            and undecided.contract_id = compared.contract_id
            and undecided.penalty_term_id = compared.penalty_term_id
            and undecided.period_month = compared.period_month
    )
order by
    compared.contract_id collate "C", compared.penalty_term_id collate "C", compared.period_month,
    compared.currency_code collate "C"
"""

EVIDENCE = """
select keys.position, {columns}
from unnest(%(contracts)s::text[], %(levels)s::text[], %(months)s::date[])
    with ordinality as keys (contract_id, service_level_id, period_month, position)
inner join {slot}.fct_sla_breach as breaches
    on
        breaches.contract_id = keys.contract_id
        and breaches.service_level_id = keys.service_level_id
        and breaches.period_month = keys.period_month
order by keys.position, breaches.ticket_key collate "C"
"""

Evidence = Sequence[dict[str, str | None]]


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
    evidence: Evidence

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
            "as_of": _text(self.as_of),
            "detail": self.detail,
            "evidence": list(self.evidence),
        }
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(f"{previous_hash}\n{canonical}".encode()).hexdigest()


@dataclass(frozen=True)
class _Difference:
    """One key for which what is owed is not what was posted."""

    contract_id: str
    penalty_term_id: str
    period_month: date
    currency_code: str
    owed_amount: Decimal
    difference: Decimal
    initial_line_number: int | None
    service_level_id: str | None
    detail: dict[str, str | None]


def post_differences(
    cursor: Cursor,
    *,
    slot: str,
    publication_id: int,
    as_of: datetime,
    record_publication: Callable[[int], None],
) -> int:
    """Post owed less posted for every key of the slot's `fct_penalty`, and return the number of lines.

    Runs inside the caller's transaction, under the publication lock. `record_publication(count)` writes the row that
    the lines refer to. A key that is posted but no longer owed gets an adjustment back to zero.
    """
    differences = _differences(cursor, slot)
    record_publication(len(differences))
    evidence = _evidence(cursor, slot, differences)
    number, previous_hash = _end_of_chain(cursor)
    accounting_period = open_period(cursor, as_of)
    for position, found in enumerate(differences, start=1):
        line = LedgerLine(
            line_number=number + position,
            publication_id=publication_id,
            line_kind="initial" if found.initial_line_number is None else "adjustment",
            contract_id=found.contract_id,
            penalty_term_id=found.penalty_term_id,
            period_month=found.period_month,
            currency_code=found.currency_code,
            amount=found.difference,
            owed_amount=found.owed_amount,
            accounting_period=accounting_period,
            corrects_line_number=found.initial_line_number,
            as_of=as_of,
            detail=found.detail,
            evidence=evidence[position],
        )
        previous_hash = _insert(cursor, line, previous_hash)
    return len(differences)


def broken_links(connection: Connection) -> list[int]:
    """Numbers of the lines that are missing, or whose hash does not follow from their content and the line before.

    Empty when all is well. How many lines there must be is on record with the publications.
    """
    broken: list[int] = []
    previous_hash = FIRST_HASH
    expected_number = 1
    with connection, connection.cursor() as cursor:
        for line, stored_previous, stored_hash in _stored_lines(cursor):
            broken += range(expected_number, line.line_number)
            if stored_previous != previous_hash or line.hash_after(stored_previous) != stored_hash:
                broken.append(line.line_number)
            previous_hash = stored_hash
            expected_number = line.line_number + 1
        cursor.execute("select coalesce(sum(ledger_lines_posted), 0)::bigint from ops.publication")
        (posted,) = cursor.fetchone() or (0,)
    return broken + list(range(expected_number, posted + 1))


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
    for *fields, previous_hash, line_hash in cursor.fetchall():
        yield LedgerLine(*fields), previous_hash, line_hash


def _end_of_chain(cursor: Cursor) -> tuple[int, str]:
    cursor.execute("select line_number, line_hash from finance.ledger_line order by line_number desc limit 1")
    row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, FIRST_HASH)


def _differences(cursor: Cursor, slot: str) -> list[_Difference]:
    detail = [
        sql.SQL("{}, penalties.{}::text").format(sql.Literal(column), sql.Identifier(column))
        for column in (*SUBJECT_COLUMNS, *ARITHMETIC_COLUMNS)
    ]
    cursor.execute(
        sql.SQL(DIFFERENCES).format(slot=sql.Identifier(slot), detail=sql.SQL(", ").join(detail)),
        {"undecided": list(UNDECIDED_STATUSES), "withdrawn": Json(WITHDRAWN)},
    )
    return [_Difference(*row) for row in cursor.fetchall()]


def _evidence(cursor: Cursor, slot: str, differences: list[_Difference]) -> dict[int, list[dict[str, str | None]]]:
    """The breached tickets behind each difference, by its position from 1."""
    columns = [sql.Identifier("breaches", column) for column in EVIDENCE_COLUMNS]
    cursor.execute(
        sql.SQL(EVIDENCE).format(slot=sql.Identifier(slot), columns=sql.SQL(", ").join(columns)),
        {
            "contracts": [found.contract_id for found in differences],
            "levels": [found.service_level_id for found in differences],
            "months": [found.period_month for found in differences],
        },
    )
    evidence: dict[int, list[dict[str, str | None]]] = defaultdict(list)
    for position, *values in cursor.fetchall():
        evidence[position].append(dict(zip(EVIDENCE_COLUMNS, map(_text, values), strict=True)))
    return evidence


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


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
