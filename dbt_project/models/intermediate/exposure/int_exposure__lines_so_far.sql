-- Grain: one row per penalty line, with what the caps would leave of it if its month ended with the run
-- The engine lets a running month use nothing of a cap up; this says how far it would.
with lines as (
    select
        contract_id,
        penalty_term_id,
        period_month,
        contract_year_from,
        service_level_id,
        pool_code,
        level_cap_amount,
        pool_cap_amount,
        monthly_cap_amount,
        yearly_cap_amount,
        is_complete,
        is_waiting_for_fee,
        case when is_waiting_for_fee or is_carried_forward then 0 else multiplied_amount end as charged_amount
    from {{ ref('int_penalty__lines_capped') }}
),

{{ cut_by_caps('lines', 'charged_amount', 'cap_amount') }}

select
    contract_id,
    penalty_term_id,
    period_month,
    service_level_id,
    pool_code,
    is_complete,
    is_waiting_for_fee,
    after_level_cap_amount,
    after_pool_cap_amount,
    after_monthly_cap_amount,
    after_yearly_cap_amount
from cut
