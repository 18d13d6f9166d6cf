-- Grain: one row per closed accounting period and penalty line that it accrued, with what came of it
-- A view: what came is read from finance's books, which change after the night is built.
{{ config(materialized='view') }}
with came as (
    select
        accruals.accounting_period,
        accruals.contract_id,
        accruals.penalty_term_id,
        accruals.period_month,
        accruals.currency_code,
        sum(lines.amount) filter (where lines.accounting_period > accruals.accounting_period) as posted_since_amount
    from {{ ref('stg_finance__accruals') }} as accruals
    left join {{ ref('stg_finance__ledger_lines') }} as lines
        on
            accruals.contract_id = lines.contract_id
            and accruals.penalty_term_id = lines.penalty_term_id
            and accruals.period_month = lines.period_month
            and accruals.currency_code = lines.currency_code
    group by
        accruals.accounting_period, accruals.contract_id, accruals.penalty_term_id, accruals.period_month, accruals.currency_code
)

select
    {{ surrogate_key(['accruals.accounting_period', 'accruals.contract_id', 'accruals.penalty_term_id', 'accruals.period_month', 'accruals.currency_code']) }}
        as accrual_true_up_key,
    accruals.accounting_period,
    accruals.supplier_id,
    accruals.contract_id,
    accruals.penalty_term_id,
    accruals.period_month,
    accruals.currency_code,
    accruals.posted_amount,
    accruals.low_amount,
    accruals.estimate_amount,
    accruals.high_amount,
    accruals.accrued_amount,
    coalesce(came.posted_since_amount, 0)::numeric(18, 2) as posted_since_amount,
    (coalesce(came.posted_since_amount, 0) - accruals.accrued_amount)::numeric(18, 2) as true_up_amount,
    accruals.posted_amount + coalesce(came.posted_since_amount, 0) between accruals.low_amount and accruals.high_amount as is_within_range,
    accruals.arithmetic
from {{ ref('stg_finance__accruals') }} as accruals
inner join came
    on
        accruals.accounting_period = came.accounting_period
        and accruals.contract_id = came.contract_id
        and accruals.penalty_term_id = came.penalty_term_id
        and accruals.period_month = came.period_month
        and accruals.currency_code = came.currency_code
