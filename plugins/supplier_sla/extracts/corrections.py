"""Lines that finance rejected: which of them go out again, because something was corrected since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

from supplier_sla.warehouse.slot_relations import layer_schemas

# What a line is booked on; when the register says otherwise than the rejected attempt did, the line is corrected.
CODING_COLUMNS = ("cost_centre", "gl_account", "tax_treatment_code", "vendor_number", "vendor_site_code")

# Rows as JSON: a slot that was built before a column came has it as null.
REJECTED = """
with newest_attempt as (
    select distinct on (line_number)
        line_number, receiver_code, extract_number, attempt_number, detail
    from finance.extract_line
    order by line_number, attempt_number desc
),
newest_answer as (
    select distinct on (receiver_code, extract_number, line_number)
        receiver_code, extract_number, line_number, status_code, acknowledged_at
    from {staging}.stg_accounts_payable__acknowledgements
    where acknowledged_at <= %(as_of)s
    order by receiver_code, extract_number, line_number, acknowledged_at desc, _delivery_id desc,
        _source_row_number desc
)
select
    line.line_number,
    newest_attempt.attempt_number,
    newest_answer.acknowledged_at as rejected_at,
    newest_attempt.detail as written,
    to_jsonb(penalty) as penalty,
    to_jsonb(supplier) as supplier,
    to_jsonb(states) as states,
    exists (
        select from {staging}.stg_contract_register__decisions as decisions
        where
            decisions.decision_kind = 'approve'
            and decisions.contract_id = line.contract_id
            and coalesce(decisions.penalty_term_id, line.penalty_term_id) = line.penalty_term_id
            and coalesce(decisions.period_month, line.period_month) = line.period_month
            and decisions.ticket_id is null
            and decisions.decided_at > newest_answer.acknowledged_at
            and decisions.decided_at <= %(as_of)s
    ) as is_approved_since
from newest_attempt
inner join newest_answer using (receiver_code, extract_number, line_number)
inner join finance.ledger_line as line on line.line_number = newest_attempt.line_number
left join {slot}.fct_penalty as penalty
    on
        penalty.contract_id = line.contract_id
        and penalty.penalty_term_id = line.penalty_term_id
        and penalty.period_month = line.period_month
        and penalty.currency_code = line.currency_code
left join {slot}.dim_supplier as supplier
    on supplier.supplier_id = line.detail ->> 'supplier_id' and supplier.is_current
left join {intermediate}.int_settlement__line_states as states on states.line_number = line.line_number
where newest_answer.status_code = 'rejected'
order by line.line_number
"""


@dataclass(frozen=True)
class Rejection:
    """A line whose newest attempt finance rejected. `coding` is today's. Corrected, it goes out again."""

    line_number: int
    attempt_number: int
    rejected_at: datetime
    coding: Mapping[str, str | None]
    is_corrected: bool
    is_disputed: bool


def rejections(cursor: Cursor, slot: str, as_of: datetime) -> dict[int, Rejection]:
    """Rejected lines by number.

    A line is corrected when, after the rejection, an `approve` decision for its contract (and clause and month, where
    given) was taken, or when its coding in the published night is not the one that was rejected.
    """
    with cursor.connection.cursor(cursor_factory=RealDictCursor) as by_name:
        names = {**layer_schemas(slot), "slot": slot}
        by_name.execute(
            sql.SQL(REJECTED).format(**{key: sql.Identifier(name) for key, name in names.items()}), {"as_of": as_of}
        )
        return {row["line_number"]: _rejection(row) for row in by_name.fetchall()}


def _rejection(row: dict[str, object]) -> Rejection:
    written, penalty, supplier, states = (_json(row[name]) for name in ("written", "penalty", "supplier", "states"))
    today = {column: (penalty if column in penalty else supplier or written).get(column) for column in CODING_COLUMNS}
    if not penalty:  # nothing is assessed there any more; the books go on under the accounts of then
        today |= {column: written.get(column) for column in CODING_COLUMNS[:3]}
    is_changed = any(today[column] != written.get(column) for column in CODING_COLUMNS)
    return Rejection(
        line_number=int(str(row["line_number"])),
        attempt_number=int(str(row["attempt_number"])),
        rejected_at=row["rejected_at"],  # type: ignore[arg-type]
        coding=today,
        is_corrected=bool(row["is_approved_since"]) or is_changed,
        is_disputed=bool(states.get("is_disputed")),
    )


def _json(value: object) -> dict[str, str | None]:
    return value if isinstance(value, dict) else {}
