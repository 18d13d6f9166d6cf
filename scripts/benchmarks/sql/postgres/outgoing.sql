-- What the exports hold, as texts under the names of their file contracts; sort_at and sort_number give the order of lines.
create function benchmark.work_centre_id(contract_number integer, team_number integer) returns text
language sql immutable parallel safe
return 'WC-' || lpad(contract_number::text, 2, '0') || '-' || team_number;

create view benchmark.outgoing_ticket_events as
select
    events.exported_at,
    events.event_at as sort_at,
    events.ticket_number * 100 + events.event_number as sort_number,
    'desk' as source_system,
    'T' || lpad(events.ticket_number::text, 9, '0') as ticket_id,
    'E' || events.ticket_number || '-' || events.event_number as event_id,
    events.event_number::text as event_number,
    benchmark.instant_text(events.event_at) as event_at,
    events.event_type,
    events.state_code,
    events.priority_code,
    benchmark.work_centre_id(tickets.contract_number, events.team_number) as work_centre_id,
    'agent-' || events.ticket_number % 83 as actor_id
from benchmark.event as events
inner join benchmark.ticket as tickets using (ticket_number);

-- A ticket comes with the export after its last event; the numbers of events rise with time.
create view benchmark.outgoing_tickets as
with summed as (
    select
        ticket_number,
        max(exported_at) as exported_at,
        max(event_at) as last_event_at,
        max(event_number) filter (where event_type not in ('priority_changed', 'work_centre_changed', 'commented')) as last_state_number,
        max(priority_code) filter (where event_number = 3) as changed_priority_code,
        max(team_number) filter (where event_number = 3) as changed_team_number,
        min(event_at) filter (where event_type = 'opened') as opened_at,
        min(event_at) filter (where event_type = 'assigned') as assigned_at,
        min(event_at) filter (where event_type = 'responded') as responded_at,
        max(event_at) filter (where event_type = 'resolved') as resolved_at,
        max(event_at) filter (where event_type = 'closed') as closed_at
    from benchmark.event
    group by ticket_number
)

select
    summed.exported_at,
    summed.last_event_at as sort_at,
    summed.ticket_number as sort_number,
    'desk' as source_system,
    'T' || lpad(summed.ticket_number::text, 9, '0') as ticket_id,
    'incident' as ticket_type_code,
    tickets.category_code,
    coalesce(summed.changed_priority_code, tickets.priority_code) as priority_code,
    case
        when summed.last_state_number in (13, 23) then 'closed'
        when summed.last_state_number in (10, 12, 22) then 'resolved'
        when summed.last_state_number = 8 then 'on_hold'
        when summed.last_state_number = 6 then tickets.wait_state_code
        when summed.last_state_number > 2 then 'in_progress'
        when summed.last_state_number = 2 then 'assigned'
        else 'new'
    end as state_code,
    benchmark.work_centre_id(tickets.contract_number, coalesce(summed.changed_team_number, tickets.team_number)) as work_centre_id,
    'Disturbance on line ' || summed.ticket_number % 977 as title,
    benchmark.instant_text(summed.opened_at) as opened_at,
    benchmark.instant_text(summed.assigned_at) as assigned_at,
    benchmark.instant_text(summed.responded_at) as responded_at,
    case when summed.last_state_number in (10, 12, 13, 22, 23) then benchmark.instant_text(summed.resolved_at) end as resolved_at,
    case when summed.last_state_number in (13, 23) then benchmark.instant_text(summed.closed_at) end as closed_at,
    benchmark.instant_text(summed.last_event_at) as updated_at
from summed
inner join benchmark.ticket as tickets using (ticket_number);
