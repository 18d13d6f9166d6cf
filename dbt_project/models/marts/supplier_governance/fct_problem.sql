-- Grain: one row per problem
select
    problems.problem_key,
    problems.supplier_key,
    problems.source_system,
    problems.problem_id,
    problems.supplier_id,
    problems.contract_id,
    problems.service_code,
    problems.severity_code,
    problems.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    problems.title,
    problems.description,
    problems.impact_text,
    problems.started_at,
    problems.detected_at,
    problems.ended_at,
    problems.ended_at is null and problems.state_code in ('open', 'known_error') as is_impact_running,
    case
        -- An end before the problem was noticed, where no beginning is known, tells no length.
        when problems.impact_to >= problems.impact_from
            then extract(epoch from problems.impact_to - problems.impact_from)::bigint
    end as impact_seconds,
    case
        when problems.detected_at >= problems.started_at
            then extract(epoch from problems.detected_at - problems.started_at)::bigint
    end as detection_seconds,
    problems.affected_user_count,
    coalesce(tickets.ticket_count, 0) as ticket_count,
    coalesce(tickets.unknown_ticket_count, 0) as unknown_ticket_count,
    coalesce(tickets.breached_ticket_count, 0) as breached_ticket_count,
    problems.as_of,
    problems._source_file,
    problems._source_row_number,
    problems._delivery_id
from {{ ref('int_problem__known') }} as problems
inner join {{ ref('problem_state') }} as states
    on problems.state_code = states.code
left join (
    select
        problem_key,
        count(*) as ticket_count,
        count(*) filter (where not is_ticket_known) as unknown_ticket_count,
        count(*) filter (where is_breached) as breached_ticket_count
    from {{ ref('bridge_problem_ticket') }}
    group by problem_key
) as tickets
    on problems.problem_key = tickets.problem_key
