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
    lines.breached_count,
    lines.measured_count,
    lines.attainment_ratio,
    lines.band_from,
    lines.band_to,
    lines.unit_amount,
    lines.fee_ratio,
    lines.fee_amount,
    coalesce(lines.gross_amount, 0)::numeric(18, 2) as gross_amount,
    lines.cap_amount::numeric(18, 2) as cap_amount,
    lines.cap_clause,
    lines.gross_before_amount::numeric(18, 2) as gross_before_amount,
    lines.cap_reduction_amount::numeric(18, 2) as cap_reduction_amount,
    case
        when lines.status_code = 'owed' then coalesce(lines.gross_amount, 0) - lines.cap_reduction_amount
        else 0
    end::numeric(18, 2) as owed_amount,
    lines.status_code,
    lines.tax_treatment_code,
    lines.cost_centre,
    lines.gl_account,
    run.as_of
from {{ ref('int_penalty__lines_after_cap') }} as lines
cross join {{ ref('stg_ops__run') }} as run
