-- Grain: one row per line, with what each cap leaves of it
with lines as (
    select
        lines.*,
        level_caps.cap_amount as level_cap_amount,
        level_caps.payable_cap_amount as level_payable_cap_amount,
        level_caps.cap_clause as level_cap_clause,
        pool_caps.cap_amount as pool_cap_amount,
        pool_caps.payable_cap_amount as pool_payable_cap_amount,
        pool_caps.cap_clause as pool_cap_clause,
        monthly_caps.cap_amount as monthly_cap_amount,
        monthly_caps.payable_cap_amount as monthly_payable_cap_amount,
        monthly_caps.cap_clause as monthly_cap_clause,
        yearly_caps.cap_amount as yearly_cap_amount,
        yearly_caps.payable_cap_amount as yearly_payable_cap_amount,
        yearly_caps.cap_clause as yearly_cap_clause,
        lines.is_fee_missing
        or (
            lines.multiplied_amount <> 0
            and (
                coalesce(level_caps.is_fee_missing, false)
                or coalesce(pool_caps.is_fee_missing, false)
                or coalesce(monthly_caps.is_fee_missing, false)
                or coalesce(yearly_caps.is_fee_missing, false)
            )
        ) as is_waiting_for_fee
    from {{ ref('int_penalty__lines_assessed') }} as lines
    left join {{ ref('int_penalty__caps') }} as level_caps
        on
            lines.contract_id = level_caps.contract_id
            and lines.period_month = level_caps.period_month
            and level_caps.cap_kind = 'level_cap'
            and lines.service_level_id = level_caps.cap_scope
    left join {{ ref('int_penalty__caps') }} as pool_caps
        on
            lines.contract_id = pool_caps.contract_id
            and lines.period_month = pool_caps.period_month
            and pool_caps.cap_kind = 'pool_cap'
            and lines.pool_code = pool_caps.cap_scope
    left join {{ ref('int_penalty__caps') }} as monthly_caps
        on
            lines.contract_id = monthly_caps.contract_id
            and lines.period_month = monthly_caps.period_month
            and monthly_caps.cap_kind = 'monthly_cap'
    left join {{ ref('int_penalty__caps') }} as yearly_caps
        on
            lines.contract_id = yearly_caps.contract_id
            and lines.period_month = yearly_caps.period_month
            and yearly_caps.cap_kind = 'yearly_cap'
),

-- What waits or is not over yet uses nothing of a cap up.
chargeable as (
    select
        lines.*,
        case when is_complete and not is_waiting_for_fee and not is_carried_forward then multiplied_amount else 0 end as chargeable_amount
    from lines
),

{{ cut_by_caps('chargeable', 'chargeable_amount', 'cap_amount') }}

select
    cut.*,
    case
        when minimum_policy = 'waive_below' and after_yearly_cap_amount < minimum_amount then 0
        else after_yearly_cap_amount
    end as after_minimum_amount
from cut
