-- Grain: one row per contract, penalty clause and month, with its amount before the cap and the arithmetic behind it
with terms_in_force as (
    select
        months.contract_id,
        months.contract_key,
        months.supplier_id,
        months.supplier_key,
        months.currency_code,
        months.period_month,
        months.is_complete,
        terms.penalty_term_id,
        terms.penalty_term_key,
        terms.service_level_id,
        terms.clause,
        terms.penalty_kind,
        terms.amount,
        terms.fee_ratio,
        terms.fee_basis,
        terms.attainment_from,
        terms.attainment_to,
        terms.rounding_digits,
        terms.tax_treatment_code,
        terms.cost_centre,
        terms.gl_account
    from {{ ref('int_period__months') }} as months
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            months.contract_id = terms.contract_id
            and months.period_month >= terms.valid_from
            and months.period_month < terms.valid_to
    where
        months.is_in_force
        and terms.penalty_kind <> 'monthly_cap'
),

applied as (
    select
        terms.*,
        counts.attainment_ratio,
        coalesce(counts.breached_count, 0) as breached_count,
        coalesce(counts.measured_count, 0) as measured_count,
        coalesce(counts.measured_count, 0) >= coalesce(counts.minimum_sample, 1) as has_sample,
        fees.fee_amount,
        terms.penalty_kind = 'fee_band'
        and counts.attainment_ratio >= terms.attainment_from
        and (terms.attainment_to is null or counts.attainment_ratio < terms.attainment_to) as is_in_band
    from terms_in_force as terms
    left join {{ ref('int_period__service_level_counts') }} as counts
        on
            terms.contract_id = counts.contract_id
            and terms.service_level_id = counts.service_level_id
            and terms.period_month = counts.period_month
    left join {{ ref('int_penalty__monthly_fees') }} as fees
        on
            terms.contract_id = fees.contract_id
            and terms.period_month = fees.period_month
            and terms.fee_basis = fees.fee_basis
            and (terms.fee_basis = 'contract' or counts.service_code = fees.service_code)
),

-- The bands of a clause are rows of one line: at most one of them holds the month's attainment.
lines as (
    select distinct on (contract_id, penalty_term_id, period_month) *
    from applied
    order by contract_id, penalty_term_id, period_month, coalesce(is_in_band, false) desc, attainment_from desc nulls last
)

select
    contract_id,
    contract_key,
    supplier_id,
    supplier_key,
    penalty_term_id,
    penalty_term_key,
    service_level_id,
    period_month,
    is_complete,
    currency_code,
    clause,
    penalty_kind,
    rounding_digits,
    tax_treatment_code,
    cost_centre,
    gl_account,
    breached_count,
    measured_count,
    attainment_ratio,
    case when is_in_band then attainment_from end as band_from,
    case when is_in_band then attainment_to end as band_to,
    case when penalty_kind = 'fixed_per_miss' then amount end as unit_amount,
    case when is_in_band then fee_ratio end as fee_ratio,
    case when penalty_kind = 'fee_band' then fee_amount end as fee_amount,
    penalty_kind = 'fee_band' and is_in_band and has_sample and fee_ratio > 0 and fee_amount is null as is_fee_missing,
    has_sample,
    case
        when penalty_kind = 'fixed_per_miss' then round(breached_count * amount, rounding_digits)
        when is_in_band and has_sample then round(fee_ratio * fee_amount, rounding_digits)
        else 0
    end as gross_amount
from lines
