-- Grain: one row per supplier, month and score criterion
select
    {{ surrogate_key(['supplier_id', 'period_from', 'criterion_id']) }} as supplier_score_key,
    supplier_key,
    supplier_id,
    period_from as period_month,
    is_period_complete,
    criterion_id,
    criterion_name,
    criterion_name_zh,
    measure_code,
    case_count,
    measured_value as measured_ratio,
    floor_value,
    target_value,
    weight,
    effective_weight_ratio,
    round(score, 4) as score,
    weighted_score,
    status_code,
    as_of
from {{ ref('fct_supplier_period_score') }}
where period_kind_code = 'month'
