-- Grain: one row per recorded change of a ticket
with newest as (
    {{ newest_version('ticket_events', ['ticket_key', 'event_key']) }}
)

select
    ticket_key,
    event_key,
    source_system,
    ticket_id,
    event_id,
    event_number::integer as event_number,
    event_at::timestamptz as event_at,
    event_type,
    state_code,
    priority_code,
    work_centre_id,
    reason_code,
    actor_id,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
