-- Grain: one row per line, with the amount it is rounded to
-- Lines are rounded one by one; the cent by which their sum would then come above a cap is not charged.
with lines as (
    select
        contract_id,
        penalty_term_id,
        period_month,
        contract_year_from,
        service_level_id,
        pool_code,
        rounding_digits,
        level_payable_cap_amount,
        pool_payable_cap_amount,
        monthly_payable_cap_amount,
        yearly_payable_cap_amount,
        round(after_minimum_amount, rounding_digits) as rounded_amount
    from {{ ref('int_penalty__lines_capped') }}
),

{{ cut_by_caps('lines', 'rounded_amount', 'payable_cap_amount', digits='rounding_digits') }}

select
    capped.*,
    cut.after_yearly_cap_amount as penalty_amount
from {{ ref('int_penalty__lines_capped') }} as capped
inner join cut
    on
        capped.contract_id = cut.contract_id
        and capped.penalty_term_id = cut.penalty_term_id
        and capped.period_month = cut.period_month
