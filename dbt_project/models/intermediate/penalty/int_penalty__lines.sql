-- Grain: one row per contract, clause that charges or gives points and month in which it is assessed, with the terms in force
with terms_in_force as (
    select
        months.contract_id,
        months.contract_key,
        months.supplier_id,
        months.supplier_key,
        months.currency_code,
        months.period_month,
        months.contract_year_from,
        months.contract_month_number,
        months.terms_on,
        months.is_last_month,
        months.is_complete,
        terms.penalty_term_id,
        terms.penalty_term_key,
        terms.service_level_id,
        terms.clause,
        terms.penalty_kind,
        kinds.role_code,
        kinds.basis_code,
        terms.amount,
        terms.fee_ratio,
        terms.fee_basis,
        terms.fee_months,
        terms.allocation_ratio,
        terms.pool_code,
        terms.points,
        terms.attainment_from,
        terms.points_from,
        terms.point_size,
        terms.late_unit_minutes,
        terms.unit_rounding,
        terms.ticket_cap_amount,
        terms.period_months,
        terms.window_months,
        terms.failures_needed,
        terms.failure_months,
        terms.failure_unit,
        terms.repeat_multiplier,
        terms.repeat_growth,
        terms.repeat_maximum,
        terms.small_volume_below,
        terms.small_volume_policy,
        terms.minimum_amount,
        terms.minimum_policy,
        terms.rounding_digits,
        terms.rounding_place,
        terms.tax_treatment_code,
        terms.cost_centre,
        terms.gl_account
    from {{ ref('int_period__months') }} as months
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            months.contract_id = terms.contract_id
            and months.terms_on >= terms.valid_from
            and months.terms_on < terms.valid_to
    inner join {{ ref('penalty_kind') }} as kinds
        on terms.penalty_kind = kinds.code
    where
        months.is_in_force
        and kinds.role_code in ('charge', 'points')
        -- Periods divide the contract year; a line stands in the last month of its period, or of the contract.
        and (months.contract_month_number % terms.period_months = 0 or months.is_last_month)
)

-- The bands of a clause are rows of one line; what is not about the band is said by the lowest one.
select distinct on (terms_in_force.contract_id, terms_in_force.penalty_term_id, terms_in_force.period_month)
    terms_in_force.*,
    periods.period_from,
    coalesce({{ months_before('terms_in_force.period_month', 'terms_in_force.fee_months - 1') }}, periods.period_from) as fees_from,
    coalesce(terms_in_force.fee_months, periods.period_length) as fee_month_count
from terms_in_force
cross join
    lateral (
        select
            lengths.period_length,
            {{ months_before('terms_in_force.period_month', 'lengths.period_length - 1') }} as period_from
        from (values ((terms_in_force.contract_month_number - 1) % terms_in_force.period_months + 1)) as lengths (period_length)
    ) as periods
order by
    terms_in_force.contract_id,
    terms_in_force.penalty_term_id,
    terms_in_force.period_month,
    terms_in_force.attainment_from nulls first,
    terms_in_force.points_from nulls first
