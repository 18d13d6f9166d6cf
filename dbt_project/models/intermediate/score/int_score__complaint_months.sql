-- Grain: one row per supplier and month with a complaint or a ticket opened; numerator / denominator is complaints per 1,000 tickets
select
    supplier_id,
    date_trunc('month', utc_date)::date as period_month,
    'complaint_rate' as measure_code,
    null::text as filter_code,
    sum(complaint_count) * 1000 as numerator,
    sum(ticket_count) as denominator,
    sum(ticket_count) as case_count
from {{ ref('int_complaint__supplier_days') }}
where supplier_id <> 'unknown'
group by supplier_id, date_trunc('month', utc_date)
