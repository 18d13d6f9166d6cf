-- Grain: one row per closed accounting period and penalty line that it accrued
select
    accounting_period,
    contract_id,
    penalty_term_id,
    period_month,
    currency_code,
    supplier_id,
    posted_amount,
    low_amount,
    estimate_amount,
    high_amount,
    accrued_amount,
    arithmetic
from {{ source('finance', 'accrual') }}
