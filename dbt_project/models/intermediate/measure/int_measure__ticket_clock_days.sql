-- Grain: one row per contract, service level measured by ticket clocks and local date on which a ticket counts
-- The one look at all measurements of a night: weeks and months are sums of these.
select
    measurements.contract_id,
    measurements.service_level_id,
    measurements.period_date,
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
where measurements.period_date is not null and measurements.service_level_id is not null
group by measurements.contract_id, measurements.service_level_id, measurements.period_date
