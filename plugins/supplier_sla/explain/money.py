"""Reads what became of the measurements: the month they count in, its penalties, the ledger lines, their extracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg2.extras import RealDictCursor

from supplier_sla.explain.ticket import Row, rows

PERIODS = """
select periods.*
from marts.fct_service_level_period as periods
where
    exists (
        select from marts.fct_ticket_sla as measurements
        where
            measurements.ticket_key = %(ticket_key)s
            and measurements.contract_id = periods.contract_id
            and measurements.service_level_id = periods.service_level_id
            and measurements.period_month = periods.period_month
    )
order by periods.contract_id, periods.service_level_id, periods.period_month
"""

PENALTIES = """
select
    penalties.*,
    terms._source_file,
    terms._source_row_number,
    array(
        select to_jsonb(steps) || jsonb_build_object(
            'before_amount', steps.before_amount::text,
            'after_amount', steps.after_amount::text,
            'limit_amount', steps.limit_amount::text
        )
        from marts.fct_penalty_step as steps
        where
            steps.penalty_key = penalties.penalty_key
            and steps.before_amount is distinct from steps.after_amount
        order by steps.step_number
    ) as steps
from marts.fct_penalty as penalties
left join marts.dim_penalty_term as terms on terms.penalty_term_key = penalties.penalty_term_key
where
    exists (
        select from marts.fct_ticket_sla as measurements
        where
            measurements.ticket_key = %(ticket_key)s
            and measurements.contract_id = penalties.contract_id
            and measurements.service_level_id = penalties.service_level_id
            and measurements.period_month = penalties.period_month
    )
order by penalties.contract_id, penalties.service_level_id, penalties.period_month, penalties.penalty_term_id
"""

# A line stands with all lines that correct it, so that what was taken back is seen to be taken back.
LEDGER_LINES = """
with named as (
    select evidence.line_number, evidence.detail ->> 'service_level_id' as service_level_id
    from finance.ledger_evidence as evidence
    where evidence.detail ->> 'ticket_key' = %(ticket_key)s
),

keys as (
    select distinct
        lines.contract_id, lines.penalty_term_id, lines.period_month, lines.currency_code, named.service_level_id
    from named
    inner join finance.ledger_line as lines on lines.line_number = named.line_number
)

select
    lines.*,
    keys.service_level_id,
    exists (
        select from named
        where named.line_number = lines.line_number and named.service_level_id = keys.service_level_id
    ) as is_evidence,
    extracted.receiver_code,
    extracted.extract_number,
    extracted.file_names,
    extracted.is_written
from keys
inner join finance.ledger_line as lines using (contract_id, penalty_term_id, period_month, currency_code)
-- The newest attempt: a line that finance rejected goes out again.
left join lateral (
    select
        attempts.receiver_code,
        attempts.extract_number,
        written.extract_number is not null as is_written,
        array(
            select files.file_name
            from finance.extract_file as files
            where
                files.receiver_code = attempts.receiver_code
                and files.extract_number = attempts.extract_number
                and files.row_count is not null
            order by files.file_position desc
        ) as file_names
    from finance.extract_line as attempts
    left join finance.extract_written as written using (receiver_code, extract_number)
    where attempts.line_number = lines.line_number
    order by attempts.attempt_number desc
    limit 1
) as extracted on true
order by lines.line_number
"""


@dataclass(frozen=True)
class Month:
    """What one service level came to in one month in which the ticket counts or once counted."""

    contract_id: str
    service_level_id: str
    period_month: date
    period: Row | None
    penalties: tuple[Row, ...]
    ledger_lines: tuple[Row, ...]


def read_months(cursor: RealDictCursor, slot: str, ticket_key: str) -> list[Month]:
    """Months in which the ticket counts by today's knowledge or is named in the ledger, in order."""
    periods = {_key(row): row for row in rows(cursor, PERIODS, slot, ticket_key=ticket_key)}
    penalties = rows(cursor, PENALTIES, slot, ticket_key=ticket_key)
    lines = rows(cursor, LEDGER_LINES, slot, ticket_key=ticket_key)
    return [
        Month(
            contract_id=key[0],
            service_level_id=key[1],
            period_month=key[2],
            period=periods.get(key),
            penalties=tuple(row for row in penalties if _key(row) == key),
            ledger_lines=tuple(row for row in lines if _key(row) == key),
        )
        for key in sorted({*periods, *map(_key, penalties), *map(_key, lines)})
    ]


def _key(row: Row) -> tuple[str, str, date]:
    return row["contract_id"], row["service_level_id"], row["period_month"]
