-- Grain: one row per problem noticed up to as_of, with the span of its impact as far as it is known then
select
    problems.source_system || '/' || problems.problem_id as problem_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    problems.source_system,
    problems.problem_id,
    coalesce(problems.supplier_id, 'unknown') as supplier_id,
    problems.contract_id,
    problems.service_code,
    problems.severity_code,
    problems.state_code,
    problems.title,
    problems.description,
    problems.impact_text,
    problems.affected_user_count,
    problems.started_at,
    problems.detected_at,
    ends.ended_at,
    coalesce(problems.started_at, problems.detected_at) as impact_from,
    -- Of a problem said to be solved whose end nobody wrote down, it is not known.
    coalesce(ends.ended_at, case when problems.state_code in ('open', 'known_error') then run.as_of end) as impact_to,
    run.as_of,
    problems._source_file,
    problems._source_row_number,
    problems._delivery_id
from {{ ref('stg_ticketing__problems') }} as problems
cross join {{ ref('stg_ops__run') }} as run
cross join
    lateral (
        select case when problems.ended_at <= run.as_of then problems.ended_at end as ended_at
    ) as ends
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        problems.supplier_id = suppliers.supplier_id
        and problems.detected_at >= suppliers.valid_from
        and problems.detected_at < suppliers.valid_to
where problems.detected_at <= run.as_of
