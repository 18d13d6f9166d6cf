-- Grain: one row per assessment and criterion
with known as (
    select
        assessments.*,
        run.as_of,
        {{ weight_or_alike('assessments.weight', 'assessments.assessment_id') }} as weight_applied
    from {{ ref('stg_governance__assessments') }} as assessments
    cross join {{ ref('stg_ops__run') }} as run
    where assessments.assessed_date <= (run.as_of at time zone 'UTC')::date
),

-- A criterion without a score gives its weight to the others of the assessment.
weighed as (
    select
        known.*,
        case
            when score is not null
                then
                    weight_applied::numeric
                    / nullif(sum(weight_applied) filter (where score is not null) over (partition by assessment_id), 0)
        end as effective_weight_ratio
    from known
)

select
    {{ surrogate_key(['weighed.assessment_id', 'weighed.criterion_code']) }} as assessment_finding_key,
    {{ surrogate_key(['weighed.assessment_id']) }} as assessment_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    weighed.assessment_id,
    weighed.supplier_id,
    weighed.contract_id,
    weighed.assessment_kind as assessment_kind_code,
    kinds.label as assessment_kind_name,
    kinds.label_zh as assessment_kind_name_zh,
    weighed.assessed_date,
    weighed.criterion_code,
    weighed.weight,
    weighed.effective_weight_ratio,
    {{ percent_of_weights('weighed.effective_weight_ratio', 'weighed.assessment_id', 'weighed.criterion_code') }}
        as effective_weight_percent,
    weighed.score,
    round(weighed.score * weighed.effective_weight_ratio, 10) as weighted_score,
    case
        when weighed.score is null then 'no_data'
        when weighed.effective_weight_ratio > 0 then 'scored'
        else 'no_weight'
    end as status_code,
    weighed.finding_severity as finding_severity_code,
    weighed.finding_text,
    weighed.as_of,
    weighed._source_file,
    weighed._source_row_number,
    weighed._delivery_id
from weighed
inner join {{ ref('assessment_kind') }} as kinds
    on weighed.assessment_kind = kinds.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        weighed.supplier_id = suppliers.supplier_id
        and {{ local_midnight('weighed.assessed_date', "'UTC'") }} >= suppliers.valid_from
        and {{ local_midnight('weighed.assessed_date', "'UTC'") }} < suppliers.valid_to
