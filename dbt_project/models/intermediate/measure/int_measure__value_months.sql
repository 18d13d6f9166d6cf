-- Grain: one row per contract, service level measured by values and month in which it was in force
select
    contract_id,
    service_level_id,
    period_from as period_month,
    'measured_value' as measure_kind,
    measured_count,
    met_count,
    breached_count,
    0::bigint as running_count,
    excused_count,
    not_measurable_count,
    attained_quantity,
    measured_quantity,
    coverage_ratio
from {{ ref('int_measure__value_periods') }}
where period_kind_code = 'month'
