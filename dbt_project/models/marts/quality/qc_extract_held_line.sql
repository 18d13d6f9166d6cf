-- Grain: one row per released ledger line that could not go out at the last hand-over
{{ config(materialized='view') }}
-- A view: hand-overs follow the publication of a night.
select
    line_number,
    contract_id,
    penalty_term_id,
    period_month,
    currency_code,
    amount,
    reason_code,
    explanation,
    as_of
from {{ source('ops', 'extract_held_line') }}
