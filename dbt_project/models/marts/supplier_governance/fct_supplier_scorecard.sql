-- Grain: one row per supplier and month
select
    {{ surrogate_key(['supplier_id', 'period_month']) }} as supplier_scorecard_key,
    supplier_key,
    supplier_id,
    period_month,
    is_period_complete,
    count(*)::integer as criterion_count,
    count(measured_ratio)::integer as scored_criterion_count,
    round(sum(weighted_score), 2) as score,
    case when count(measured_ratio) = 0 then 'no_data' else 'scored' end as status_code,
    as_of
from {{ ref('fct_supplier_score') }}
group by supplier_key, supplier_id, period_month, is_period_complete, as_of
