-- A share of the tickets is told differently a day later: finished ones have been opened again and finished once more,
-- unfinished ones are finished; of a third, the response turns out to have been given up to an hour earlier.
insert into benchmark.event (ticket_number, event_number, event_at, event_type, state_code, exported_at)
with changed as (
    select
        ticket_number,
        bool_or(event_type = 'closed') as is_closed,
        max(event_at) filter (where event_type = 'assigned') as assigned_at,
        max(event_at) filter (where event_type = 'responded') as responded_at,
        to_timestamp(%(as_of)s) + (600 + floor(benchmark.draw(ticket_number, 31) * 40000)) * interval '1 second' as again_at
    from benchmark.event
    where benchmark.draw(ticket_number, 30) < %(changed_share)s
    group by ticket_number
)

select
    changed.ticket_number,
    step.event_number,
    step.event_at,
    step.event_type,
    case step.event_type when 'responded' then 'in_progress' end as state_code,
    to_timestamp(%(next_as_of)s) as exported_at
from changed
cross join lateral (
    values
    (
        4,
        case
            when benchmark.draw(ticket_number, 32) < 0.33
                then greatest(responded_at - interval '1 hour', assigned_at + (responded_at - assigned_at) * 0.75)
        end,
        'responded'
    ),
    (21, case when is_closed then again_at end, 'reopened'),
    (22, again_at + interval '2 hours', 'resolved'),
    (23, again_at + interval '3 hours', 'closed')
) as step (event_number, event_at, event_type)
where step.event_at is not null;
