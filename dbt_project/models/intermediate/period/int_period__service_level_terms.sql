-- Grain: one row per contract, month of the contract and service level, with the terms that hold for the whole month
with levels as (
    select
        contract_id,
        service_level_id,
        min(valid_from) as first_valid_from,
        max(valid_to) as last_valid_to
    from {{ ref('int_register__service_level_versions') }}
    group by contract_id, service_level_id
)

-- Those in force on the first day of the month, or the first ones that came later in it.
select distinct on (months.contract_id, service_levels.service_level_id, months.period_month)
    months.contract_id,
    service_levels.service_level_id,
    months.period_month,
    service_levels.service_level_name,
    service_levels.service_level_name_zh,
    service_levels.metric_code,
    service_levels.service_code,
    service_levels.clause,
    service_levels.measure_kind,
    service_levels.target_direction,
    service_levels.attainment_target,
    service_levels.minimum_sample,
    months.is_in_force
    and months.month_to > levels.first_valid_from
    and months.month_from < levels.last_valid_to as is_in_force
from {{ ref('int_period__months') }} as months
inner join {{ ref('int_register__service_level_versions') }} as service_levels
    on months.contract_id = service_levels.contract_id
inner join levels
    on
        service_levels.contract_id = levels.contract_id
        and service_levels.service_level_id = levels.service_level_id
order by
    months.contract_id,
    service_levels.service_level_id,
    months.period_month,
    (service_levels.valid_to <= months.month_from),
    service_levels.valid_from,
    service_levels.service_level_key
