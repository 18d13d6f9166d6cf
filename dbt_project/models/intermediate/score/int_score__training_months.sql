-- Grain: one row per supplier, month and training: the people due in the month, and those trained by its end
-- Each person counts in one month only, so that months can be added; fct_training_coverage shows how it stood after each.
select
    trainings.supplier_id,
    date_trunc('month', trainings.due_date::timestamp)::date as period_month,
    'training_coverage' as measure_code,
    trainings.training_code as filter_code,
    count(*) filter (
        where
        trainings.done_date <= (run.as_of at time zone 'UTC')::date
        and trainings.done_date < (date_trunc('month', trainings.due_date::timestamp) + interval '1 month')::date
    )::numeric as numerator,
    count(*)::numeric as denominator,
    count(*)::numeric as case_count
from {{ ref('stg_governance__trainings') }} as trainings
cross join {{ ref('stg_ops__run') }} as run
where trainings.due_date < (run.as_of at time zone 'UTC')::date
group by trainings.supplier_id, date_trunc('month', trainings.due_date::timestamp), trainings.training_code
