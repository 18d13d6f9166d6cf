-- Grain: one row per supplier, month and kind of assessment: scores of its criteria, each by its weight
with scored as (
    select
        assessments.supplier_id,
        date_trunc('month', assessments.assessed_date::timestamp)::date as period_month,
        assessments.assessment_kind,
        assessments.assessment_id,
        assessments.score,
        {{ weight_or_alike('assessments.weight', 'assessments.assessment_id') }} as weight
    from {{ ref('stg_governance__assessments') }} as assessments
    cross join {{ ref('stg_ops__run') }} as run
    where assessments.assessed_date <= (run.as_of at time zone 'UTC')::date
)

select
    supplier_id,
    period_month,
    'assessment' as measure_code,
    assessment_kind as filter_code,
    sum(weight * score) as numerator,
    sum(weight) as denominator,
    count(distinct assessment_id)::numeric as case_count
from scored
where score is not null
group by supplier_id, period_month, assessment_kind
