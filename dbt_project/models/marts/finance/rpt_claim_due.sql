-- Grain: one row per penalty line that owes, or waits for its fee, under a contract whose penalties must be claimed by a date
{{ config(materialized='view') }}
-- A view, because the night's extracts are written after its tables: what has just been handed over is claimed at once.
with claimed as (
    select
        claims.contract_id,
        claims.penalty_term_id,
        claims.period_month,
        coalesce(sum(handed_over.amount), 0) as claimed_amount,
        coalesce(sum(handed_over.amount) filter (where handed_over.handed_over_as_of < claims.lapses_at), 0) as claimed_in_time_amount
    from {{ ref('int_exposure__claims') }} as claims
    left join {{ ref('stg_finance__handed_over_lines') }} as handed_over
        on
            claims.contract_id = handed_over.contract_id
            and claims.penalty_term_id = handed_over.penalty_term_id
            and claims.period_month = handed_over.period_month
            and claims.currency_code = handed_over.currency_code
    group by claims.contract_id, claims.penalty_term_id, claims.period_month
),

dated as (
    select
        claims.*,
        claimed.claimed_amount,
        claimed.claimed_in_time_amount,
        claims.last_claim_date - (run.as_of at time zone claims.time_zone)::date as days_left,
        run.as_of
    from {{ ref('int_exposure__claims') }} as claims
    inner join claimed
        on
            claims.contract_id = claimed.contract_id
            and claims.penalty_term_id = claimed.penalty_term_id
            and claims.period_month = claimed.period_month
    cross join {{ ref('stg_ops__run') }} as run
),

-- The order of these branches is the precedence of the states.
stated as (
    select
        dated.*,
        case
            when claimed_in_time_amount >= owed_amount then 'claimed'
            when claimed_amount >= owed_amount then 'claimed_late'
            when days_left < 0 then 'missed'
            else 'due'
        end as state_code
    from dated
)

select
    {{ surrogate_key(['stated.contract_id', 'stated.penalty_term_id', 'stated.period_month']) }} as penalty_key,
    stated.contract_key,
    stated.supplier_key,
    stated.contract_id,
    stated.supplier_id,
    stated.penalty_term_id,
    stated.service_level_id,
    stated.clause,
    stated.penalty_kind,
    stated.period_month,
    stated.penalty_status_code,
    stated.currency_code,
    stated.owed_amount::numeric(18, 2) as owed_amount,
    stated.claimed_amount::numeric(18, 2) as claimed_amount,
    stated.claimed_in_time_amount::numeric(18, 2) as claimed_in_time_amount,
    (stated.owed_amount - least(stated.owed_amount, stated.claimed_amount))::numeric(18, 2) as unclaimed_amount,
    stated.last_claim_date,
    stated.days_left as days_left_count,
    stated.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    stated.as_of
from stated
inner join {{ ref('claim_state') }} as states
    on stated.state_code = states.code
