-- Grain: one row per problem and ticket said to belong to it, whether either is known or not
select
    {{ surrogate_key(['links.source_system', 'links.problem_id', 'links.ticket_key']) }} as problem_ticket_key,
    problems.problem_key,
    tickets.ticket_key,
    coalesce(problems.supplier_key, 'unknown') as supplier_key,
    links.source_system,
    links.problem_id,
    coalesce(links.ticket_source_system, links.source_system) as ticket_source_system,
    links.ticket_id,
    coalesce(problems.supplier_id, 'unknown') as supplier_id,
    problems.problem_key is not null as is_problem_known,
    tickets.ticket_key is not null as is_ticket_known,
    tickets.ticket_key is not null and exists (
        select 1 from {{ ref('fct_sla_breach') }} as breaches
        where breaches.ticket_key = tickets.ticket_key
    ) as is_breached,
    run.as_of,
    links._source_file,
    links._source_row_number,
    links._delivery_id
from {{ ref('stg_ticketing__problem_tickets') }} as links
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_problem__known') }} as problems
    on
        links.source_system = problems.source_system
        and links.problem_id = problems.problem_id
left join {{ ref('int_ticket__current') }} as tickets
    on links.ticket_key = tickets.ticket_key
