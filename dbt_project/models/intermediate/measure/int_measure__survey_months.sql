-- Grain: one row per contract, service level measured by a survey and month with an answer
select
    contract_id,
    service_level_id,
    period_month,
    'survey' as measure_kind,
    count(*) filter (where not is_excused) as measured_count,
    count(*) filter (where not is_excused and is_satisfied) as met_count,
    count(*) filter (where not is_excused and not is_satisfied) as breached_count,
    0::bigint as running_count,
    count(*) filter (where is_excused) as excused_count,
    0::bigint as not_measurable_count,
    -- Thirds of a scale are not exact; without the rounding three of them would fall short of one.
    coalesce(trim_scale(round(sum(attained_quantity) filter (where not is_excused), 10)), 0) as attained_quantity,
    (count(*) filter (where not is_excused))::numeric as measured_quantity,
    null::numeric as coverage_ratio
from {{ ref('int_measure__survey_answers') }}
group by contract_id, service_level_id, period_month
