-- Grain: one row per supplier, training and month from the first in which somebody was due, up to the run
with months as (
    select
        trainings.supplier_id,
        trainings.training_code,
        generated.month_at::date as period_from,
        (generated.month_at + interval '1 month')::date as period_to,
        trainings.run_date
    from (
        select
            trainings.supplier_id,
            trainings.training_code,
            min(trainings.due_date) as first_due_date,
            (run.as_of at time zone 'UTC')::date as run_date
        from {{ ref('stg_governance__trainings') }} as trainings
        cross join {{ ref('stg_ops__run') }} as run
        group by trainings.supplier_id, trainings.training_code, run.as_of
    ) as trainings
    cross join
        lateral generate_series(
            date_trunc('month', least(trainings.first_due_date, trainings.run_date)::timestamp),
            trainings.run_date::timestamp,
            interval '1 month'
        ) as generated (month_at)
),

-- Somebody is due when the day has passed by the end of the month, or of the running month by the run.
counted as (
    select
        months.supplier_id,
        months.training_code,
        months.period_from,
        months.period_to,
        months.run_date,
        count(trainings.person_id) as person_count,
        count(*) filter (where trainings.done_date <= trainings.due_date) as trained_in_time_count,
        count(*) filter (
            where
            trainings.done_date > trainings.due_date
            and trainings.done_date < months.period_to
            and trainings.done_date <= months.run_date
        ) as trained_late_count
    from months
    left join {{ ref('stg_governance__trainings') }} as trainings
        on
            months.supplier_id = trainings.supplier_id
            and months.training_code = trainings.training_code
            and trainings.due_date < least(months.period_to, months.run_date)
    group by months.supplier_id, months.training_code, months.period_from, months.period_to, months.run_date
),

-- Of several clauses that ask for the training the strictest counts.
targeted as (
    select
        counted.*,
        counted.trained_in_time_count + counted.trained_late_count as trained_count,
        (
            select max(duties.target_ratio)
            from {{ ref('int_obligation__duties') }} as duties
            where
                duties.obligation_kind = 'training'
                and duties.supplier_id = counted.supplier_id
                and (duties.subject_code is null or duties.subject_code = counted.training_code)
                and duties.period_from <= counted.period_from
                and duties.period_to > counted.period_from
        ) as target_ratio
    from counted
),

stated as (
    select
        targeted.*,
        case
            when person_count = 0 then 'no_data'
            when target_ratio is null then 'no_target'
            when trained_count >= target_ratio * person_count then 'met'
            else 'missed'
        end as status_code
    from targeted
)

select
    {{ surrogate_key(['stated.supplier_id', 'stated.training_code', 'stated.period_from']) }} as training_coverage_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    stated.supplier_id,
    stated.training_code,
    'month' as period_kind_code,
    stated.period_from,
    stated.period_to,
    stated.period_to <= stated.run_date as is_period_complete,
    stated.person_count::integer as person_count,
    stated.trained_in_time_count::integer as trained_in_time_count,
    stated.trained_late_count::integer as trained_late_count,
    (stated.person_count - stated.trained_count)::integer as missing_count,
    stated.trained_count::numeric / nullif(stated.person_count, 0) as trained_ratio,
    stated.target_ratio,
    stated.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    run.as_of
from stated
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('training_status') }} as statuses
    on stated.status_code = statuses.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        stated.supplier_id = suppliers.supplier_id
        and {{ local_midnight('stated.period_from', "'UTC'") }} >= suppliers.valid_from
        and {{ local_midnight('stated.period_from', "'UTC'") }} < suppliers.valid_to
