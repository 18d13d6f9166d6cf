-- Each answer to a question with a score is in one column of one month, and what counts there is what scores and contracts are given.
with answers as (
    select
        supplier_id,
        period_month,
        count(*) as answer_count,
        count(*) filter (where answer_status_code = 'counted') as counted_count
    from {{ ref('fct_survey_answer') }}
    where answer_status_code <> 'not_scored'
    group by supplier_id, period_month
),

told as (
    select
        supplier_id,
        period_from as period_month,
        sum(answer_count + no_answer_count + duplicate_count + late_count) as answer_count,
        sum(answer_count) as counted_count
    from {{ ref('fct_satisfaction_period') }}
    where period_kind_code = 'month'
    group by supplier_id, period_from
),

scored as (
    select
        supplier_id,
        period_month,
        sum(case_count) as counted_count
    from {{ ref('int_score__survey_months') }}
    where measure_code = 'top_box'
    group by supplier_id, period_month
)

select
    coalesce(answers.supplier_id, told.supplier_id) as supplier_id,
    coalesce(answers.period_month, told.period_month) as period_month,
    answers.answer_count,
    told.answer_count as told_count,
    scored.counted_count as scored_count
from answers
full join told
    on
        answers.supplier_id = told.supplier_id
        and answers.period_month = told.period_month
left join scored
    on
        told.supplier_id = scored.supplier_id
        and told.period_month = scored.period_month
where
    coalesce(answers.answer_count, 0) is distinct from told.answer_count
    or coalesce(answers.counted_count, 0) is distinct from told.counted_count
    or (told.supplier_id <> 'unknown' and coalesce(scored.counted_count, 0) is distinct from told.counted_count)
