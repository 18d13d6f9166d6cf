-- Grain: one row per supplier, month and score criterion
with weighed as (
    select
        monthly_values.*,
        -- Without data there is no score; greatest and least would pass over the missing value and make it 0.
        case
            when measured_ratio is not null
                then least(greatest((measured_ratio - floor_value) / (target_value - floor_value), 0), 1) * 100
        end as score,
        -- A criterion without data gives its weight to the others of the month.
        case
            when measured_ratio is not null
                then weight / nullif(sum(weight) filter (where measured_ratio is not null) over of_month, 0)
        end as effective_weight_ratio
    from {{ ref('int_score__monthly_values') }} as monthly_values
    window of_month as (partition by supplier_id, period_month)
)

select
    {{ surrogate_key(['weighed.supplier_id', 'weighed.period_month', 'weighed.criterion_id']) }} as supplier_score_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    weighed.supplier_id,
    weighed.period_month,
    weighed.is_period_complete,
    weighed.criterion_id,
    weighed.criterion_name,
    weighed.criterion_name_zh,
    weighed.measure_code,
    weighed.case_count::bigint as case_count,
    weighed.measured_ratio,
    weighed.floor_value,
    weighed.target_value,
    weighed.weight,
    weighed.effective_weight_ratio,
    round(weighed.score, 4) as score,
    round(weighed.score * weighed.effective_weight_ratio, 10) as weighted_score,
    case when weighed.measured_ratio is null then 'no_data' else 'scored' end as status_code,
    run.as_of
from weighed
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        weighed.supplier_id = suppliers.supplier_id
        and suppliers.is_current
