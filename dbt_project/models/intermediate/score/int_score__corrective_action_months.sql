-- Grain: one row per supplier and month in which corrective actions were due
-- What is not done when its day has passed is not done in time, whatever comes later. A day that has not passed says nothing
-- yet: what is done early counts when it falls due.
select
    supplier_id,
    date_trunc('month', due_date)::date as period_month,
    'corrective_actions' as measure_code,
    null::text as filter_code,
    (count(*) filter (where is_done_in_time))::numeric as numerator,
    count(*)::numeric as denominator,
    count(*)::numeric as case_count
from {{ ref('int_rectification__actions') }}
where is_due_passed
group by supplier_id, date_trunc('month', due_date)
