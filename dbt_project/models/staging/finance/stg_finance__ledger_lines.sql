-- Grain: one row per ledger line
select
    line_number,
    publication_id,
    line_kind,
    contract_id,
    penalty_term_id,
    period_month,
    currency_code,
    amount,
    owed_amount,
    accounting_period,
    corrects_line_number,
    as_of as proposed_at,
    detail,
    line_hash
from {{ source('finance', 'ledger_line') }}
