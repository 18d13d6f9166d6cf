-- Grain: one row per contract, service level measured by ticket clocks and month in which a ticket counts
select
    days.contract_id,
    days.service_level_id,
    date_trunc('month', days.period_date)::date as period_month,
    'ticket_clock' as measure_kind,
    {{ ticket_clock_counts('days') }},
    null::numeric as coverage_ratio,
    min(days.delivered_as_of) as delivered_as_of,
    min(days.overdue_delivered_as_of) as overdue_delivered_as_of,
    bool_or(days.has_unsettled_overdue) as has_unsettled_overdue
from {{ ref('int_measure__ticket_clock_days') }} as days
group by days.contract_id, days.service_level_id, date_trunc('month', days.period_date)::date
