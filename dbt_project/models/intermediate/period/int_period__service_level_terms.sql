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
select distinct on (service_levels.contract_id, service_levels.service_level_id, months.period_month)
    months.contract_id,
    {{ service_level_terms() }},
    months.period_month,
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
order by {{ service_level_terms_order('months.period_month', 'months.month_from') }}
