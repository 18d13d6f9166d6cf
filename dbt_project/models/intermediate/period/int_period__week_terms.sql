-- Grain: one row per contract, ISO week from its start to the run and service level, with the terms that hold for the whole week
with weeks as (
    select
        contracts.contract_id,
        generated.week_at::date as week_from,
        generated.week_at at time zone contracts.time_zone as from_at,
        (generated.week_at + interval '7 days') at time zone contracts.time_zone as to_at
    from {{ ref('int_register__contracts_latest') }} as contracts
    cross join {{ ref('stg_ops__run') }} as run
    cross join
        lateral generate_series(
            date_trunc('week', contracts.first_valid_from at time zone contracts.time_zone),
            date_trunc('week', run.as_of at time zone contracts.time_zone),
            interval '7 days'
        ) as generated (week_at)
),

levels as (
    select
        levels.contract_id,
        levels.service_level_id,
        greatest(min(levels.valid_from), min(contracts.first_valid_from)) as first_valid_from,
        least(max(levels.valid_to), max(contracts.last_valid_to)) as last_valid_to
    from {{ ref('int_register__service_level_versions') }} as levels
    inner join {{ ref('int_register__contracts_latest') }} as contracts
        on levels.contract_id = contracts.contract_id
    group by levels.contract_id, levels.service_level_id
)

-- As for months: those in force on the Monday, or the first ones that came later in the week.
select distinct on (service_levels.contract_id, service_levels.service_level_id, weeks.week_from)
    weeks.contract_id,
    {{ service_level_terms() }},
    weeks.week_from,
    weeks.from_at,
    weeks.to_at,
    weeks.to_at > levels.first_valid_from and weeks.from_at < levels.last_valid_to as is_in_force
from weeks
inner join {{ ref('int_register__service_level_versions') }} as service_levels
    on weeks.contract_id = service_levels.contract_id
inner join levels
    on
        service_levels.contract_id = levels.contract_id
        and service_levels.service_level_id = levels.service_level_id
order by {{ service_level_terms_order('weeks.week_from', 'weeks.from_at') }}
