-- Grain: one row per contract, service level measured by ticket clocks and month in which a ticket counts
select
    measurements.contract_id,
    measurements.service_level_id,
    measurements.period_month,
    'ticket_clock' as measure_kind,
    count(*) filter (where measurements.is_measured) as measured_count,
    count(*) filter (where measurements.status_code = 'met') as met_count,
    count(*) filter (where measurements.is_breached) as breached_count,
    count(*) filter (where measurements.status_code in ('running', 'paused')) as running_count,
    count(*) filter (where measurements.status_code = 'excused') as excused_count,
    count(*) filter (where measurements.status_code = 'not_measurable') as not_measurable_count,
    (count(*) filter (where measurements.status_code = 'met'))::numeric as attained_quantity,
    (count(*) filter (where measurements.is_measured))::numeric as measured_quantity,
    null::numeric as coverage_ratio,
    min(sources.delivered_as_of) as delivered_as_of,
    min(sources.delivered_as_of) filter (where sources.is_overdue) as overdue_delivered_as_of,
    bool_or(sources.is_overdue and not measurements.is_settled) as has_unsettled_overdue
from {{ ref('int_sla__measurements') }} as measurements
left join {{ ref('int_run__ticket_sources') }} as sources
    on split_part(measurements.ticket_key, '/', 1) = sources.source_system
where measurements.period_month is not null and measurements.service_level_id is not null
group by measurements.contract_id, measurements.service_level_id, measurements.period_month
