"""Where what is owed is not what was posted: per key and component, with what a line of it has to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json

from supplier_sla.ledger.components import COMPONENT_OF_LINE, COMPONENTS, UNDECIDED_STATUSES, component_rows
from supplier_sla.ledger.line import Texts, text_of

# What the ledger reads of a slot.
TABLES_READ = ("dim_contract", "dim_supplier", "fct_penalty", "fct_penalty_ticket", "fct_sla_breach")

# What a line is about stays on record when nothing is owed any more; the arithmetic of an amount that is gone does not.
SUBJECT_COLUMNS = (
    "supplier_id", "service_level_id", "clause", "penalty_kind", "tax_treatment_code", "cost_centre", "gl_account",
    "period_from", "pool_code",
)  # fmt: skip
ARITHMETIC_COLUMNS = (
    "breached_count", "measured_count", "attainment_ratio", "band_from", "band_to", "unit_amount", "fee_ratio",
    "fee_amount", "gross_amount", "cap_amount", "cap_clause", "gross_before_amount", "cap_reduction_amount",
    "excused_count", "attainment_target", "is_failed", "consecutive_failures", "unit_count", "allocation_ratio",
    "multiplier", "assessed_amount", "multiplied_amount", "after_level_cap_amount", "after_pool_cap_amount",
    "after_monthly_cap_amount", "after_yearly_cap_amount", "after_minimum_amount", "penalty_amount",
    "earn_back_amount", "dispute_reduction_amount", "waiver_amount", "owed_amount", "status_code",
)  # fmt: skip
WITHDRAWN = {
    **dict.fromkeys(ARITHMETIC_COLUMNS),
    **dict.fromkeys([column for column, _ in COMPONENTS.values()], "0.00"),
    "owed_amount": "0.00",
    "status_code": "withdrawn",
}

# Column of the evidence -> where it is read.
EVIDENCE_COLUMNS = {
    **dict.fromkeys(("ticket_key", "source_system", "ticket_id"), "tickets"),
    "work_centre_id": "breaches",
    "service_level_id": "tickets",
    **dict.fromkeys(("priority_applied_code", "target_seconds", "elapsed_seconds"), "breaches"),
    "overdue_seconds": "tickets",
    "started_at": "breaches",
    "breached_at": "tickets",
    "stopped_at": "breaches",
    **dict.fromkeys(("status_code", "_source_file", "_source_row_number"), "tickets"),
    **dict.fromkeys(("borne_share", "is_relieved", "unit_count", "uncapped_amount", "amount"), "tickets"),
}

DIFFERENCES = """
with owed as (
    select contract_id, penalty_term_id, period_month, currency_code, component_code, components.amount
    from {slot}.fct_penalty as penalties
    cross join lateral {components}
    where components.amount <> 0
),
posted as (
    select contract_id, penalty_term_id, period_month, currency_code, {component_of_line} as component_code,
        sum(amount) as amount
    from finance.ledger_line
    group by 1, 2, 3, 4, 5
),
compared as (
    select
        contract_id, penalty_term_id, period_month, currency_code, component_code,
        coalesce(owed.amount, 0.00)::numeric(18, 2) as component_amount,
        coalesce(posted.amount, 0.00)::numeric(18, 2) as before_amount
    from owed
    full join posted using (contract_id, penalty_term_id, period_month, currency_code, component_code)
    where coalesce(owed.amount, 0.00) <> coalesce(posted.amount, 0.00)
)
select
    compared.contract_id, compared.penalty_term_id, compared.period_month, compared.currency_code,
    compared.component_code, compared.component_amount, compared.before_amount,
    coalesce(said.amount, 0.00)::numeric(18, 2) as key_before_amount,
    said.initial_line_number,
    -- Texts: as JSON numbers, amounts would come back as floats.
    case
        when penalties.contract_id is null then said.last_detail || %(withdrawn)s::jsonb
        else jsonb_build_object(
            'supplier_name', suppliers.supplier_name, 'supplier_name_zh', suppliers.supplier_name_zh,
            'contract_name', contracts.contract_name, 'contract_name_zh', contracts.contract_name_zh
        ) || jsonb_build_object({subject}) || jsonb_build_object({arithmetic})
    end
    || jsonb_build_object(
        'component_amount', compared.component_amount::text,
        'component_before_amount', compared.before_amount::text
    ) as detail
from compared
left join {slot}.fct_penalty as penalties using (contract_id, penalty_term_id, period_month, currency_code)
left join {slot}.dim_supplier as suppliers on suppliers.supplier_key = penalties.supplier_key
left join {slot}.dim_contract as contracts on contracts.contract_key = penalties.contract_key
left join lateral (
    select
        sum(amount) as amount,
        min(line_number) as initial_line_number,
        (array_agg(detail order by line_number desc))[1] as last_detail
    from finance.ledger_line as lines
    where
        lines.contract_id = compared.contract_id
        and lines.penalty_term_id = compared.penalty_term_id
        and lines.period_month = compared.period_month
        and lines.currency_code = compared.currency_code
) as said on true
where
    -- In whatever currency: a month that cannot be told yet is not taken back either.
    not exists (
        select from {slot}.fct_penalty as undecided
        where
            undecided.status_code = any(%(undecided)s)
            and undecided.contract_id = compared.contract_id
            and undecided.penalty_term_id = compared.penalty_term_id
            and undecided.period_month = compared.period_month
    )
order by
    compared.contract_id collate "C", compared.penalty_term_id collate "C", compared.period_month,
    compared.currency_code collate "C",
    -- What is added before what is taken away: no key is ever below zero, not even between two lines.
    compared.component_amount < compared.before_amount, array_position(%(components)s, compared.component_code)
"""

EVIDENCE = """
select keys.position, {columns}
from unnest(%(contracts)s::text[], %(terms)s::text[], %(months)s::date[])
    with ordinality as keys (contract_id, penalty_term_id, period_month, position)
inner join {slot}.fct_penalty_ticket as tickets
    on
        tickets.contract_id = keys.contract_id
        and tickets.penalty_term_id = keys.penalty_term_id
        and tickets.period_month = keys.period_month
left join {slot}.fct_sla_breach as breaches
    on
        breaches.ticket_key = tickets.ticket_key
        and breaches.ticket_sla_key = tickets.ticket_sla_key
order by keys.position, tickets.ticket_key collate "C", tickets.ticket_sla_key collate "C"
"""


@dataclass(frozen=True)
class Difference:
    """One component of one key for which what is owed is not what was posted."""

    contract_id: str
    penalty_term_id: str
    period_month: date
    currency_code: str
    component_code: str
    component_amount: Decimal
    before_amount: Decimal
    key_before_amount: Decimal
    initial_line_number: int | None
    detail: Texts

    @property
    def key(self) -> tuple[str, str, date, str]:
        """What the ledger adds up by."""
        return self.contract_id, self.penalty_term_id, self.period_month, self.currency_code

    @property
    def amount(self) -> Decimal:
        """What is to be posted."""
        return self.component_amount - self.before_amount


def find_differences(cursor: Cursor, slot: str) -> list[Difference]:
    """In the order of the keys (by bytes); of a key what is added before what is taken away, its penalty first."""

    def texts(columns: Sequence[str]) -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL("{}, penalties.{}::text").format(sql.Literal(column), sql.Identifier(column)) for column in columns
        )

    cursor.execute(
        sql.SQL(DIFFERENCES).format(
            slot=sql.Identifier(slot),
            components=component_rows("penalties"),
            component_of_line=COMPONENT_OF_LINE,
            subject=texts(SUBJECT_COLUMNS),
            # A function takes a hundred arguments at most, hence two objects.
            arithmetic=texts(ARITHMETIC_COLUMNS),
        ),
        {
            "undecided": list(UNDECIDED_STATUSES),
            "withdrawn": Json(WITHDRAWN),
            "components": list(COMPONENTS),
        },
    )
    return [Difference(*row) for row in cursor.fetchall()]


def find_evidence(cursor: Cursor, slot: str, differences: Sequence[Difference]) -> list[list[Texts]]:
    """For each difference the missed tickets behind it, in the order of their keys (by bytes)."""
    columns = [sql.Identifier(table, column) for column, table in EVIDENCE_COLUMNS.items()]
    cursor.execute(
        sql.SQL(EVIDENCE).format(slot=sql.Identifier(slot), columns=sql.SQL(", ").join(columns)),
        {
            "contracts": [found.contract_id for found in differences],
            "terms": [found.penalty_term_id for found in differences],
            "months": [found.period_month for found in differences],
        },
    )
    evidence: dict[int, list[Texts]] = defaultdict(list)
    for position, *values in cursor.fetchall():
        evidence[position].append(dict(zip(EVIDENCE_COLUMNS, map(text_of, values), strict=True)))
    return [evidence[position] for position in range(1, len(differences) + 1)]
