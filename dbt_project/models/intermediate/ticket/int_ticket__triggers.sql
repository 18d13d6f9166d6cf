-- Grain: one row per ticket and trigger that its events have pulled, with the first and the last time
-- A trigger is what a service level may name as start or stop: see the column start_event in docs/exports.md.
with pulled as (
    select
        events.ticket_key,
        events.event_rank,
        events.event_at,
        events.priority_code,
        unnest(
            array_remove(
                array[
                    case when events.event_type = 'opened' then 'opened' end,
                    case when events.event_type = 'assigned' or events.state_code = 'assigned' then 'assigned' end,
                    -- A resolution is a response: who solves without a first word has answered by solving.
                    case when events.event_type = 'responded' or events.state_code in ('resolved', 'closed') then 'responded' end,
                    case when events.state_code in ('resolved', 'closed') then 'resolved' end,
                    case when events.state_code = 'closed' then 'closed' end,
                    'state:' || events.state_code
                ],
                null
            )
        ) as trigger_code
    from {{ ref('int_ticket__events') }} as events
)

select
    ticket_key,
    trigger_code,
    min(event_rank) as first_rank,
    min(event_at) as first_at,
    max(event_rank) as last_rank,
    max(event_at) as last_at,
    (array_agg(priority_code order by event_rank))[1] as first_priority_code,
    array_agg(event_rank order by event_rank) as event_ranks
from pulled
group by ticket_key, trigger_code
