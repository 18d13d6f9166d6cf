-- Grain: one row per delivered event whose ticket has not been delivered
select
    events.ticket_key,
    events.event_key,
    events.event_type,
    events.event_at,
    events._source_file,
    events._source_row_number
from {{ ref('stg_ticketing__ticket_events') }} as events
left join {{ ref('stg_ticketing__tickets') }} as tickets
    on events.ticket_key = tickets.ticket_key
where tickets.ticket_key is null
