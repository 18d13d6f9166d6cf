-- Grain: one row per contract, cap and period of the cap (month or contract year), and one per contract and month without any cap
with cap_months as (
    select
        months.contract_id,
        months.contract_key,
        months.supplier_id,
        months.supplier_key,
        months.currency_code,
        months.period_month,
        months.is_complete,
        caps.cap_kind,
        caps.cap_scope,
        caps.cap_clause,
        case when not caps.is_fee_missing then caps.cap_amount end as cap_amount,
        case when caps.cap_kind = 'yearly_cap' then months.contract_year_from else months.period_month end as period_from,
        case when caps.cap_kind = 'yearly_cap' then interval '1 year' else interval '1 month' end as period_length
    from {{ ref('int_period__months') }} as months
    left join {{ ref('int_penalty__caps') }} as caps
        on
            months.contract_id = caps.contract_id
            and months.period_month = caps.period_month
    where months.is_in_force
)

-- Of a contract year the newest month speaks: its cap is the one that holds now.
select distinct on (contract_id, cap_kind, cap_scope, period_from)
    contract_id,
    contract_key,
    supplier_id,
    supplier_key,
    currency_code,
    cap_kind,
    cap_scope,
    cap_clause,
    cap_amount,
    period_from,
    (period_from + period_length)::date as period_to,
    not is_complete as is_current
from cap_months
order by contract_id, cap_kind, cap_scope, period_from, period_month desc
