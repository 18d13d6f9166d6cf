-- Grain: one row per contract, month and cap (of a level, of a pool, of the month, of the contract year), the lowest of its kind
with caps as (
    select
        months.contract_id,
        months.period_month,
        terms.penalty_kind as cap_kind,
        case terms.penalty_kind when 'level_cap' then terms.service_level_id when 'pool_cap' then terms.pool_code end as cap_scope,
        terms.penalty_term_id,
        terms.clause,
        terms.rounding_digits,
        coalesce(terms.amount, terms.fee_ratio * fees.fee_amount) as cap_amount
    from {{ ref('int_period__months') }} as months
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            months.contract_id = terms.contract_id
            and months.terms_on >= terms.valid_from
            and months.terms_on < terms.valid_to
    inner join {{ ref('penalty_kind') }} as kinds
        on terms.penalty_kind = kinds.code
    left join {{ ref('int_penalty__level_months') }} as level_months
        on
            terms.contract_id = level_months.contract_id
            and terms.service_level_id = level_months.service_level_id
            and months.period_month = level_months.period_month
    left join lateral (
        select sum(monthly_fees.fee_amount) as fee_amount
        from {{ ref('int_penalty__monthly_fees') }} as monthly_fees
        where
            monthly_fees.contract_id = months.contract_id
            and monthly_fees.fee_basis = terms.fee_basis
            and (terms.fee_basis = 'contract' or monthly_fees.service_code = level_months.service_code)
            and case
                -- A year is capped by all that is known of its fees, whether billed in advance or month by month.
                when terms.penalty_kind = 'yearly_cap' and terms.fee_months is null
                    then
                        monthly_fees.period_month >= months.contract_year_from
                        and monthly_fees.period_month < months.contract_year_from + interval '1 year'
                else
                    monthly_fees.period_month between
                    {{ months_before('months.period_month', 'coalesce(terms.fee_months, 1) - 1') }} and months.period_month
            end
    ) as fees on true
    where
        months.is_in_force
        and kinds.role_code = 'limit'
)

select
    contract_id,
    period_month,
    cap_kind,
    cap_scope,
    -- A cap that cannot be told must not be passed over: its lines wait for the fee.
    bool_or(cap_amount is null) as is_fee_missing,
    min(cap_amount) as cap_amount,
    -- What is rounded never comes above the cap, so the cap itself is rounded down.
    min(trunc(cap_amount, rounding_digits)) as payable_cap_amount,
    (array_agg(clause order by cap_amount nulls last, penalty_term_id collate "C"))[1] as cap_clause
from caps
group by contract_id, period_month, cap_kind, cap_scope
