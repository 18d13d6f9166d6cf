-- Grain: one row per supplier, month and criterion in force, with its value (null when there is no data)
with contracted as (
    select
        supplier_id,
        min(period_month) as first_month
    from {{ ref('int_period__months') }}
    group by supplier_id
),

months as (
    select
        suppliers.supplier_id,
        suppliers.category_code,
        generated.month_at::date as period_month,
        (generated.month_at + interval '1 month') at time zone 'UTC' <= run.as_of as is_period_complete
    from {{ ref('int_register__supplier_versions') }} as suppliers
    inner join contracted
        on suppliers.supplier_id = contracted.supplier_id
    cross join {{ ref('stg_ops__run') }} as run
    cross join
        lateral generate_series(
            contracted.first_month::timestamp, date_trunc('month', run.as_of at time zone 'UTC'), interval '1 month'
        ) as generated (month_at)
    where suppliers.is_current
),

criteria as (
    select
        criteria.*,
        {{ effective_valid_to(['criterion_id', 'supplier_category_code']) }} as effective_to
    from {{ ref('stg_contract_register__score_criteria') }} as criteria
),

-- Rows of the supplier's own category take the place of the general ones as a set.
criteria_that_fit as (
    select
        months.*,
        criteria.criterion_id,
        criteria.criterion_name,
        criteria.criterion_name_zh,
        criteria.measure_code,
        criteria.metric_code,
        criteria.weight,
        criteria.floor_value,
        criteria.target_value,
        criteria.supplier_category_code is not null as is_own_category,
        bool_or(criteria.supplier_category_code is not null) over (partition by months.supplier_id, months.period_month) as has_own_category
    from months
    inner join criteria
        on
            months.period_month >= criteria.valid_from
            and months.period_month < criteria.effective_to
            and (criteria.supplier_category_code is null or months.category_code = criteria.supplier_category_code)
),

criteria_of_supplier as (
    select *
    from criteria_that_fit
    where is_own_category = has_own_category
),

-- Answers and seconds cannot be added to tickets: a level weighs by its measured cases, whatever its attainment is made of.
-- Of a level that must not exceed its target the rest to 1 is what is good.
attainment as (
    select
        supplier_id,
        period_month,
        metric_code,
        measure_kind,
        sum(
            case target_direction when 'at_most' then measured_quantity - attained_quantity else attained_quantity end
            * measured_count / nullif(measured_quantity, 0)
        ) as attained_count,
        sum(measured_count) as measured_count
    from {{ ref('int_period__service_level_counts') }}
    group by supplier_id, period_month, metric_code, measure_kind
),

satisfaction as (
    select
        supplier_id,
        period_month,
        avg(normalised_score) as satisfaction_ratio,
        count(normalised_score) as answer_count
    from {{ ref('int_survey__answers_scored') }}
    group by supplier_id, period_month
),

valued as (
    select
        criteria_of_supplier.supplier_id,
        criteria_of_supplier.period_month,
        criteria_of_supplier.criterion_id,
        sum(attainment.attained_count) / nullif(sum(attainment.measured_count), 0) as attainment_ratio,
        coalesce(sum(attainment.measured_count), 0) as measured_count
    from criteria_of_supplier
    left join attainment
        on
            criteria_of_supplier.supplier_id = attainment.supplier_id
            and criteria_of_supplier.period_month = attainment.period_month
            and case
                when criteria_of_supplier.metric_code is null then attainment.measure_kind = 'ticket_clock'
                else criteria_of_supplier.metric_code = attainment.metric_code
            end
    group by criteria_of_supplier.supplier_id, criteria_of_supplier.period_month, criteria_of_supplier.criterion_id
)

select
    criteria_of_supplier.supplier_id,
    criteria_of_supplier.period_month,
    criteria_of_supplier.is_period_complete,
    criteria_of_supplier.criterion_id,
    criteria_of_supplier.criterion_name,
    criteria_of_supplier.criterion_name_zh,
    criteria_of_supplier.measure_code,
    criteria_of_supplier.weight,
    criteria_of_supplier.floor_value,
    criteria_of_supplier.target_value,
    case criteria_of_supplier.measure_code
        when 'attainment' then valued.attainment_ratio
        else satisfaction.satisfaction_ratio
    end as measured_ratio,
    case criteria_of_supplier.measure_code
        when 'attainment' then valued.measured_count
        else coalesce(satisfaction.answer_count, 0)
    end as case_count
from criteria_of_supplier
left join valued
    on
        criteria_of_supplier.supplier_id = valued.supplier_id
        and criteria_of_supplier.period_month = valued.period_month
        and criteria_of_supplier.criterion_id = valued.criterion_id
left join satisfaction
    on
        criteria_of_supplier.supplier_id = satisfaction.supplier_id
        and criteria_of_supplier.period_month = satisfaction.period_month
