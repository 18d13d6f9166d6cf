-- Grain: one row per contract, service level and month in which the level was in force or a ticket counted
with levels as (
    select
        contract_id,
        service_level_id,
        min(valid_from) as first_valid_from,
        max(valid_to) as last_valid_to
    from {{ ref('int_register__service_level_versions') }}
    group by contract_id, service_level_id
),

counts as (
    select
        measurements.contract_id,
        measurements.service_level_id,
        measurements.period_month,
        count(*) filter (where measurements.is_measured) as measured_count,
        count(*) filter (where measurements.status_code = 'met') as met_count,
        count(*) filter (where measurements.is_breached) as breached_count,
        count(*) filter (where measurements.status_code in ('running', 'paused')) as running_count,
        count(*) filter (where measurements.status_code = 'excused') as excused_count,
        count(*) filter (where measurements.status_code = 'not_measurable') as not_measurable_count,
        min(sources.delivered_as_of) as delivered_as_of,
        min(sources.delivered_as_of) filter (where sources.is_overdue) as overdue_delivered_as_of,
        bool_or(sources.is_overdue and not measurements.is_settled) as has_unsettled_overdue
    from {{ ref('int_sla__measurements') }} as measurements
    left join {{ ref('int_run__ticket_sources') }} as sources
        on split_part(measurements.ticket_key, '/', 1) = sources.source_system
    where measurements.period_month is not null and measurements.service_level_id is not null
    group by measurements.contract_id, measurements.service_level_id, measurements.period_month
),

grid as (
    select
        months.contract_id,
        levels.service_level_id,
        months.period_month
    from {{ ref('int_period__months') }} as months
    inner join levels
        on
            months.contract_id = levels.contract_id
            and months.month_to > levels.first_valid_from
            and months.month_from < levels.last_valid_to
    where months.is_in_force
    union distinct
    select
        contract_id,
        service_level_id,
        period_month
    from counts
),

-- The target and the sample size in force on the first day of the month, or the first ones that came later in it.
terms as (
    select distinct on (grid.contract_id, grid.service_level_id, grid.period_month)
        grid.contract_id,
        grid.service_level_id,
        grid.period_month,
        service_levels.service_level_name,
        service_levels.service_level_name_zh,
        service_levels.metric_code,
        service_levels.service_code,
        service_levels.clause,
        service_levels.attainment_target,
        service_levels.minimum_sample
    from grid
    inner join {{ ref('int_period__months') }} as months
        on
            grid.contract_id = months.contract_id
            and grid.period_month = months.period_month
    inner join {{ ref('int_register__service_level_versions') }} as service_levels
        on
            grid.contract_id = service_levels.contract_id
            and grid.service_level_id = service_levels.service_level_id
    order by
        grid.contract_id,
        grid.service_level_id,
        grid.period_month,
        (service_levels.valid_to <= months.month_from),
        service_levels.valid_from,
        service_levels.service_level_key
)

select
    months.contract_id,
    months.contract_key,
    months.supplier_id,
    months.supplier_key,
    months.currency_code,
    terms.service_level_id,
    terms.service_level_name,
    terms.service_level_name_zh,
    terms.metric_code,
    terms.service_code,
    terms.clause,
    terms.period_month,
    months.is_complete as is_period_complete,
    terms.attainment_target,
    terms.minimum_sample,
    coalesce(counts.measured_count, 0) as measured_count,
    coalesce(counts.met_count, 0) as met_count,
    coalesce(counts.breached_count, 0) as breached_count,
    coalesce(counts.running_count, 0) as running_count,
    coalesce(counts.excused_count, 0) as excused_count,
    coalesce(counts.not_measurable_count, 0) as not_measurable_count,
    coalesce(counts.met_count, 0)::numeric as attained_quantity,
    coalesce(counts.measured_count, 0)::numeric as measured_quantity,
    'at_least' as target_direction,
    counts.met_count::numeric / nullif(counts.measured_count, 0) as attainment_ratio,
    counts.delivered_as_of,
    coalesce(counts.overdue_delivered_as_of < months.month_to or counts.has_unsettled_overdue, false) as is_on_overdue_delivery
from terms
inner join {{ ref('int_period__months') }} as months
    on
        terms.contract_id = months.contract_id
        and terms.period_month = months.period_month
left join counts
    on
        terms.contract_id = counts.contract_id
        and terms.service_level_id = counts.service_level_id
        and terms.period_month = counts.period_month
