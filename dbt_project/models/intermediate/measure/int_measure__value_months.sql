-- Grain: one row per contract, service level measured by values and month in which it was in force
with in_force as (
    select
        contract_id,
        service_level_id,
        range_agg(tstzrange(valid_from, valid_to)) as in_force_time
    from {{ ref('int_register__service_level_versions') }}
    where measure_kind = 'measured_value'
    group by contract_id, service_level_id
),

excluded as (
    select
        in_force.contract_id,
        in_force.service_level_id,
        range_agg(tstzrange(exclusions.excluded_from, exclusions.excluded_to)) as excluded_time
    from in_force
    inner join {{ ref('int_register__exclusions_in_effect') }} as exclusions
        on
            in_force.contract_id = exclusions.contract_id
            and (exclusions.service_level_id is null or in_force.service_level_id = exclusions.service_level_id)
            and exclusions.ticket_key is null
            and not exclusions.is_whole
    group by in_force.contract_id, in_force.service_level_id
),

-- What of the month could be measured by the run, and what of that counts.
months as (
    select
        terms.contract_id,
        terms.service_level_id,
        terms.period_month,
        terms.attainment_target,
        terms.target_direction,
        months.month_from,
        months.month_to,
        tstzmultirange(tstzrange(months.month_from, least(months.month_to, run.as_of))) * in_force.in_force_time as month_time,
        tstzmultirange(tstzrange(months.month_from, least(months.month_to, run.as_of))) * in_force.in_force_time
        - coalesce(excluded.excluded_time, '{}') as expected_time
    from {{ ref('int_period__service_level_terms') }} as terms
    inner join {{ ref('int_period__months') }} as months
        on
            terms.contract_id = months.contract_id
            and terms.period_month = months.period_month
    inner join in_force
        on
            terms.contract_id = in_force.contract_id
            and terms.service_level_id = in_force.service_level_id
    cross join {{ ref('stg_ops__run') }} as run
    left join excluded
        on
            terms.contract_id = excluded.contract_id
            and terms.service_level_id = excluded.service_level_id
    where terms.is_in_force and terms.measure_kind = 'measured_value'
),

-- A window across months counts in each by its time there.
windows_of_month as (
    select
        months.contract_id,
        months.service_level_id,
        months.period_month,
        windows.is_usable,
        windows.measured_ratio,
        {{ misses_target('windows.measured_ratio', 'months.attainment_target', 'months.target_direction') }} as is_missed,
        counted.seconds
    from months
    inner join {{ ref('int_measure__value_windows') }} as windows
        on
            months.service_level_id = windows.service_level_id
            and months.month_to > windows.measured_from
            and months.month_from < windows.measured_to
    cross join
        lateral (
            select coalesce(sum(extract(epoch from upper(part) - lower(part))), 0) as seconds
            from unnest(windows.counted_time * months.expected_time) as part
        ) as counted
    -- What a later window took the place of, or lies before the level was in force, is no measurement of it.
    where not windows.is_usable or not isempty(windows.counted_time * months.month_time)
),

sums as (
    select
        contract_id,
        service_level_id,
        period_month,
        count(*) filter (where seconds > 0) as measured_count,
        count(*) filter (where seconds > 0 and is_missed is not true) as met_count,
        count(*) filter (where seconds > 0 and is_missed) as breached_count,
        count(*) filter (where is_usable and seconds = 0) as excused_count,
        count(*) filter (where not is_usable) as not_measurable_count,
        trim_scale(sum(measured_ratio * seconds) filter (where seconds > 0)) as attained_quantity,
        trim_scale(sum(seconds)) as measured_quantity
    from windows_of_month
    group by contract_id, service_level_id, period_month
)

select
    months.contract_id,
    months.service_level_id,
    months.period_month,
    'measured_value' as measure_kind,
    coalesce(sums.measured_count, 0) as measured_count,
    coalesce(sums.met_count, 0) as met_count,
    coalesce(sums.breached_count, 0) as breached_count,
    0::bigint as running_count,
    coalesce(sums.excused_count, 0) as excused_count,
    coalesce(sums.not_measurable_count, 0) as not_measurable_count,
    coalesce(sums.attained_quantity, 0) as attained_quantity,
    coalesce(sums.measured_quantity, 0) as measured_quantity,
    -- Cut off, so that nothing short of all reads as 1.
    trunc(coalesce(sums.measured_quantity, 0) / nullif(expected.seconds, 0), 6) as coverage_ratio
from months
cross join
    lateral (
        select coalesce(sum(extract(epoch from upper(part) - lower(part))), 0) as seconds
        from unnest(months.expected_time) as part
    ) as expected
left join sums
    on
        months.contract_id = sums.contract_id
        and months.service_level_id = sums.service_level_id
        and months.period_month = sums.period_month
