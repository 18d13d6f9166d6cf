-- Grain: one row per ticket with what holds as of the run: state, priority, work centre and its supplier, cycles
{{ config(indexes=[{'columns': ['ticket_key'], 'unique': true}]) }}
with last_events as (
    select distinct on (ticket_key)
        ticket_key,
        state_code,
        priority_code,
        work_centre_id,
        work_centre_since_at
    from {{ ref('int_ticket__events') }}
    order by ticket_key, event_rank desc
),

cycles as (
    select
        ticket_key,
        count(*) as event_count,
        count(*) filter (where event_type = 'reopened') as reopen_count,
        count(*) filter (where event_type = 'work_centre_changed') as reassignment_count,
        min(event_at) filter (where event_type = 'assigned') as assigned_at,
        min(event_at) filter (where event_type = 'responded') as responded_at,
        max(event_at) filter (where event_type = 'resolved' or (event_type = 'state_changed' and state_code = 'resolved')) as resolved_at,
        max(event_at) filter (where event_type = 'closed' or (event_type = 'state_changed' and state_code = 'closed')) as closed_at,
        max(event_at) filter (where event_type = 'cancelled' or (event_type = 'state_changed' and state_code = 'cancelled')) as cancelled_at
    from {{ ref('int_ticket__events') }}
    group by ticket_key
),

held as (
    select
        tickets.ticket_key,
        tickets.source_system,
        tickets.ticket_id,
        tickets.ticket_type_code,
        tickets.category_code,
        tickets.state_code as source_state_code,
        tickets.contract_id,
        tickets.title,
        tickets.address,
        tickets.opened_at,
        tickets.promised_at,
        tickets.source_verdict,
        tickets._source_file,
        tickets._source_row_number,
        tickets._delivery_id,
        cycles.assigned_at,
        cycles.responded_at,
        cycles.resolved_at,
        cycles.closed_at,
        cycles.cancelled_at,
        last_events.state_code as state_as_of,
        coalesce(last_events.priority_code, tickets.priority_code) as priority_as_of,
        -- Where events tell of priorities, what held before the first of them is not known; else the ticket's own held all along.
        case when last_events.priority_code is null then tickets.priority_code end as unchanged_priority_code,
        coalesce(last_events.work_centre_id, tickets.work_centre_id) as work_centre_as_of,
        coalesce(last_events.work_centre_since_at, tickets.opened_at) as work_centre_since_at,
        coalesce(cycles.event_count, 0) as event_count,
        coalesce(cycles.reopen_count, 0) as reopen_count,
        coalesce(cycles.reassignment_count, 0) as reassignment_count
    from {{ ref('stg_ticketing__tickets') }} as tickets
    left join last_events
        on tickets.ticket_key = last_events.ticket_key
    left join cycles
        on tickets.ticket_key = cycles.ticket_key
)

select
    held.ticket_key,
    held.source_system,
    held.ticket_id,
    held.ticket_type_code,
    held.category_code,
    held.priority_as_of as priority_code,
    held.unchanged_priority_code,
    coalesce(held.state_as_of, 'new') as state_code,
    held.source_state_code,
    held.work_centre_as_of as work_centre_id,
    work_centres.work_centre_key,
    work_centres.supplier_id,
    held.contract_id,
    held.title,
    held.address,
    held.opened_at,
    held.assigned_at,
    held.responded_at,
    held.promised_at,
    -- Of a ticket that was opened again these hold only once they are true again.
    case when held.state_as_of in ('resolved', 'closed') then held.resolved_at end as resolved_at,
    case when held.state_as_of = 'closed' then held.closed_at end as closed_at,
    case when held.state_as_of = 'cancelled' then held.cancelled_at end as cancelled_at,
    held.source_verdict,
    held.event_count,
    held.reopen_count,
    held.reassignment_count,
    held._source_file,
    held._source_row_number,
    held._delivery_id
from held
left join {{ ref('int_register__work_centre_versions') }} as work_centres
    on
        held.work_centre_as_of = work_centres.work_centre_id
        and held.work_centre_since_at >= work_centres.valid_from
        and held.work_centre_since_at < work_centres.valid_to
