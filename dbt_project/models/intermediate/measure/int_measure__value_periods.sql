-- Grain: one row per contract, service level measured by values, and month or week in which it was in force
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

periods as (
    select
        terms.contract_id,
        terms.service_level_id,
        'month' as period_kind_code,
        terms.period_month as period_from,
        months.month_from as from_at,
        months.month_to as to_at,
        terms.attainment_target,
        terms.target_direction
    from {{ ref('int_period__service_level_terms') }} as terms
    inner join {{ ref('int_period__months') }} as months
        on
            terms.contract_id = months.contract_id
            and terms.period_month = months.period_month
    where terms.is_in_force and terms.measure_kind = 'measured_value'
    union all
    select
        contract_id,
        service_level_id,
        'week' as period_kind_code,
        week_from as period_from,
        from_at,
        to_at,
        attainment_target,
        target_direction
    from {{ ref('int_period__week_terms') }}
    where is_in_force and measure_kind = 'measured_value'
),

-- What of the period could be measured by the run, and what of that counts.
bounded as (
    select
        periods.*,
        tstzmultirange(tstzrange(periods.from_at, least(periods.to_at, run.as_of))) * in_force.in_force_time as period_time,
        tstzmultirange(tstzrange(periods.from_at, least(periods.to_at, run.as_of))) * in_force.in_force_time
        - coalesce(excluded.excluded_time, '{}') as expected_time
    from periods
    inner join in_force
        on
            periods.contract_id = in_force.contract_id
            and periods.service_level_id = in_force.service_level_id
    cross join {{ ref('stg_ops__run') }} as run
    left join excluded
        on
            periods.contract_id = excluded.contract_id
            and periods.service_level_id = excluded.service_level_id
),

-- A window across periods counts in each by its time there.
windows_of_period as (
    select
        bounded.contract_id,
        bounded.service_level_id,
        bounded.period_kind_code,
        bounded.period_from,
        windows.is_usable,
        windows.measured_ratio,
        {{ misses_target('windows.measured_ratio', 'bounded.attainment_target', 'bounded.target_direction') }} as is_missed,
        counted.seconds
    from bounded
    inner join {{ ref('int_measure__value_windows') }} as windows
        on
            bounded.service_level_id = windows.service_level_id
            and bounded.to_at > windows.measured_from
            and bounded.from_at < windows.measured_to
    cross join
        lateral (
            select coalesce(sum(extract(epoch from upper(part) - lower(part))), 0) as seconds
            from unnest(windows.counted_time * bounded.expected_time) as part
        ) as counted
    -- What a later window took the place of, or lies before the level was in force, is no measurement of it.
    where not windows.is_usable or not isempty(windows.counted_time * bounded.period_time)
),

sums as (
    select
        contract_id,
        service_level_id,
        period_kind_code,
        period_from,
        count(*) filter (where seconds > 0) as measured_count,
        count(*) filter (where seconds > 0 and is_missed is not true) as met_count,
        count(*) filter (where seconds > 0 and is_missed) as breached_count,
        count(*) filter (where is_usable and seconds = 0) as excused_count,
        count(*) filter (where not is_usable) as not_measurable_count,
        trim_scale(sum(measured_ratio * seconds) filter (where seconds > 0)) as attained_quantity,
        trim_scale(sum(seconds)) as measured_quantity
    from windows_of_period
    group by contract_id, service_level_id, period_kind_code, period_from
)

select
    bounded.contract_id,
    bounded.service_level_id,
    bounded.period_kind_code,
    bounded.period_from,
    coalesce(sums.measured_count, 0) as measured_count,
    coalesce(sums.met_count, 0) as met_count,
    coalesce(sums.breached_count, 0) as breached_count,
    coalesce(sums.excused_count, 0) as excused_count,
    coalesce(sums.not_measurable_count, 0) as not_measurable_count,
    coalesce(sums.attained_quantity, 0) as attained_quantity,
    coalesce(sums.measured_quantity, 0) as measured_quantity,
    -- Cut off, so that nothing short of all reads as 1.
    trunc(coalesce(sums.measured_quantity, 0) / nullif(expected.seconds, 0), 6) as coverage_ratio
from bounded
cross join
    lateral (
        select coalesce(sum(extract(epoch from upper(part) - lower(part))), 0) as seconds
        from unnest(bounded.expected_time) as part
    ) as expected
left join sums
    on
        bounded.contract_id = sums.contract_id
        and bounded.service_level_id = sums.service_level_id
        and bounded.period_kind_code = sums.period_kind_code
        and bounded.period_from = sums.period_from
