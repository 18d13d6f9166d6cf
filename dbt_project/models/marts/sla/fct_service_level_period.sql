-- Grain: one row per contract, service level and month
select
    {{ surrogate_key(['counts.contract_id', 'counts.service_level_id', 'counts.period_month']) }} as service_level_period_key,
    counts.contract_key,
    counts.supplier_key,
    counts.contract_id,
    counts.supplier_id,
    counts.service_level_id,
    counts.service_level_name,
    counts.service_level_name_zh,
    counts.metric_code,
    counts.clause,
    counts.period_month,
    counts.is_period_complete,
    counts.measured_count,
    counts.met_count,
    counts.breached_count,
    counts.running_count,
    counts.excused_count,
    counts.not_measurable_count,
    counts.attainment_ratio,
    counts.attainment_target,
    counts.minimum_sample,
    case
        when counts.measured_count = 0 then 'no_data'
        when counts.attainment_target is null then 'no_target'
        when counts.measured_count < counts.minimum_sample then 'below_minimum_sample'
        when {{ misses_target('counts.attainment_ratio', 'counts.attainment_target', 'counts.target_direction') }} then 'missed'
        else 'met'
    end as status_code,
    run.as_of,
    counts.delivered_as_of,
    counts.is_on_overdue_delivery,
    counts.measure_kind,
    counts.target_direction,
    counts.attained_quantity,
    counts.measured_quantity,
    counts.coverage_ratio
from {{ ref('int_period__service_level_counts') }} as counts
cross join {{ ref('stg_ops__run') }} as run
