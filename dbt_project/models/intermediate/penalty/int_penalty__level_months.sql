-- Grain: one row per contract, service level and month, with whether the level missed its target
select
    contract_id,
    service_level_id,
    period_month,
    measured_count,
    breached_count,
    excused_count,
    attained_quantity,
    measured_quantity,
    attainment_ratio,
    attainment_target,
    target_direction,
    coalesce(minimum_sample, 1) as minimum_sample,
    service_code,
    measured_count >= greatest(coalesce(minimum_sample, 1), 1) as has_sample,
    coalesce(
        measured_count >= coalesce(minimum_sample, 1)
        and {{ misses_target('attainment_ratio', 'attainment_target', 'target_direction') }},
        false
    ) as is_missed
from {{ ref('int_period__service_level_counts') }}
