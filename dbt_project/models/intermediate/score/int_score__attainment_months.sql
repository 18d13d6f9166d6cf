-- Grain: one row per supplier, month and metric with measured cases; months may be added
-- Answers and seconds cannot be added to tickets: a level weighs by its measured cases, whatever its attainment is made of.
-- Of a level that must not exceed its target the rest to 1 is what is good.
select
    supplier_id,
    period_month,
    'attainment' as measure_code,
    metric_code as filter_code,
    sum(
        case target_direction when 'at_most' then measured_quantity - attained_quantity else attained_quantity end
        * measured_count / measured_quantity
    ) as numerator,
    sum(measured_count)::numeric as denominator,
    sum(measured_count)::numeric as case_count,
    -- A criterion that names no metric is about the clocks of tickets.
    measure_kind = 'ticket_clock' as is_in_total
from {{ ref('int_period__service_level_counts') }}
where measured_count > 0 and measured_quantity > 0
group by supplier_id, period_month, metric_code, measure_kind
