-- Grain: one row per contract, penalty clause and month: what is owed by today's knowledge
select
    {{ surrogate_key(['lines.contract_id', 'lines.penalty_term_id', 'lines.period_month']) }} as penalty_key,
    lines.contract_key,
    lines.supplier_key,
    lines.penalty_term_key,
    lines.contract_id,
    lines.supplier_id,
    lines.penalty_term_id,
    lines.service_level_id,
    lines.clause,
    lines.penalty_kind,
    lines.period_month,
    lines.currency_code,
    lines.missed_count::bigint as breached_count,
    lines.measured_count::bigint as measured_count,
    lines.attainment_ratio,
    lines.band_from,
    lines.band_to,
    case when lines.role_code = 'charge' then coalesce(lines.rate_amount, lines.amount) end as unit_amount,
    case when lines.is_fee_based and (lines.is_failed or lines.unit_count > 0) then lines.rate_ratio end as fee_ratio,
    case when lines.is_fee_based then lines.fee_amount end as fee_amount,
    lines.multiplied_amount::numeric(18, 2) as gross_amount,
    lines.monthly_payable_cap_amount::numeric(18, 2) as cap_amount,
    lines.monthly_cap_clause as cap_clause,
    coalesce(
        sum(lines.after_pool_cap_amount) over (
            partition by lines.contract_id, lines.period_month
            order by lines.penalty_term_id collate "C" rows between unbounded preceding and 1 preceding
        ),
        0
    )::numeric(18, 2) as gross_before_amount,
    (lines.chargeable_amount - lines.after_yearly_cap_amount)::numeric(18, 2) as cap_reduction_amount,
    case when statuses.is_decided then lines.owed_amount else 0 end::numeric(18, 2) as owed_amount,
    lines.status_code,
    lines.tax_treatment_code,
    lines.cost_centre,
    lines.gl_account,
    run.as_of,
    lines.period_from,
    lines.pool_code,
    lines.excused_count::integer as excused_count,
    lines.attainment_target,
    coalesce(lines.is_failed, false) as is_failed,
    lines.consecutive_failures::integer as consecutive_failures,
    lines.unit_count,
    lines.rate_allocation_ratio as allocation_ratio,
    lines.multiplier,
    {{ exact_amount('coalesce(lines.assessed_amount, 0)') }} as assessed_amount,
    {{ exact_amount('lines.multiplied_amount') }} as multiplied_amount,
    {{ exact_amount('lines.after_level_cap_amount') }} as after_level_cap_amount,
    {{ exact_amount('lines.after_pool_cap_amount') }} as after_pool_cap_amount,
    {{ exact_amount('lines.after_monthly_cap_amount') }} as after_monthly_cap_amount,
    {{ exact_amount('lines.after_yearly_cap_amount') }} as after_yearly_cap_amount,
    {{ exact_amount('lines.after_minimum_amount') }} as after_minimum_amount,
    lines.penalty_amount::numeric(18, 2) as penalty_amount,
    (lines.penalty_amount - lines.after_earn_back_amount)::numeric(18, 2) as earn_back_amount,
    (lines.after_earn_back_amount - lines.after_dispute_amount)::numeric(18, 2) as dispute_reduction_amount,
    (lines.after_dispute_amount - lines.owed_amount)::numeric(18, 2) as waiver_amount
from {{ ref('int_penalty__lines_settled') }} as lines
inner join {{ ref('penalty_status') }} as statuses
    on lines.status_code = statuses.code
cross join {{ ref('stg_ops__run') }} as run
