-- Grain: one row per source_system, problem_id, ticket_source_system and ticket_id, newest delivered version
with newest as (
    {{ newest_version('problem_tickets', ['source_system', 'problem_id', 'ticket_source_system', 'ticket_id']) }}
)

select
    source_system,
    problem_id,
    ticket_source_system,
    ticket_id,
    coalesce(ticket_source_system, source_system) || '/' || ticket_id as ticket_key,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
