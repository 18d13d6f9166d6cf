-- Grain: one row per contract and month that has a cap, with the lowest one
with caps as (
    select
        months.contract_id,
        months.period_month,
        terms.penalty_term_id,
        terms.clause,
        case
            when terms.amount is not null then round(terms.amount, terms.rounding_digits)
            else round(terms.fee_ratio * fees.fee_amount, terms.rounding_digits)
        end as cap_amount
    from {{ ref('int_period__months') }} as months
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            months.contract_id = terms.contract_id
            and months.period_month >= terms.valid_from
            and months.period_month < terms.valid_to
    left join {{ ref('int_penalty__monthly_fees') }} as fees
        on
            months.contract_id = fees.contract_id
            and months.period_month = fees.period_month
            and fees.fee_basis = 'contract'
    where
        months.is_in_force
        and terms.penalty_kind = 'monthly_cap'
)

select
    contract_id,
    period_month,
    -- A cap that cannot be told must not be passed over: the month's lines wait for its fee.
    bool_or(cap_amount is null) as is_fee_missing,
    min(cap_amount) as cap_amount,
    (array_agg(clause order by cap_amount nulls last, penalty_term_id))[1] as cap_clause
from caps
group by contract_id, period_month
