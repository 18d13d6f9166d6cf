-- Grain: one row per supplier, month and kind of assessment: the mean of each, its criteria by their weights, added up
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
),

-- Each assessment speaks with one voice, whatever its weights add up to.
means as (
    select
        supplier_id,
        period_month,
        assessment_kind,
        assessment_id,
        sum(weight * score) / nullif(sum(weight), 0) as score
    from scored
    where score is not null
    group by supplier_id, period_month, assessment_kind, assessment_id
)

select
    supplier_id,
    period_month,
    'assessment' as measure_code,
    assessment_kind as filter_code,
    trim_scale(round(sum(score), 10)) as numerator,
    count(*)::numeric as denominator,
    count(*)::numeric as case_count
from means
where score is not null
group by supplier_id, period_month, assessment_kind
