-- Grain: one row per contract, service level measured by ticket clocks and month in which a ticket counts
select
    contract_id,
    service_level_id,
    date_trunc('month', period_date)::date as period_month,
    'ticket_clock' as measure_kind,
    sum(measured_count)::bigint as measured_count,
    sum(met_count)::bigint as met_count,
    sum(breached_count)::bigint as breached_count,
    sum(running_count)::bigint as running_count,
    sum(excused_count)::bigint as excused_count,
    sum(not_measurable_count)::bigint as not_measurable_count,
    sum(met_count)::numeric as attained_quantity,
    sum(measured_count)::numeric as measured_quantity,
    null::numeric as coverage_ratio,
    min(delivered_as_of) as delivered_as_of,
    min(overdue_delivered_as_of) as overdue_delivered_as_of,
    bool_or(has_unsettled_overdue) as has_unsettled_overdue
from {{ ref('int_measure__ticket_clock_days') }}
group by contract_id, service_level_id, date_trunc('month', period_date)::date
