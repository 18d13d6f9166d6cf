-- Grain: one row per ticket with what holds as of the run: state, priority, work centre and its supplier, cycles
{{ config(indexes=[{'columns': ['ticket_key'], 'unique': true}]) }}
with histories as (
    select
        ticket_key,
        count(*) as event_count,
        count(*) filter (where is_derived) as derived_event_count,
        count(*) filter (where event_type = 'reopened') as reopen_count,
        count(*) filter (where event_type = 'work_centre_changed') as reassignment_count,
        min(event_at) filter (where event_type = 'assigned') as assigned_at,
        min(event_at) filter (where event_type = 'responded') as responded_at,
        max(event_at) filter (where event_type = 'resolved' or (event_type = 'state_changed' and state_code = 'resolved')) as resolved_at,
        max(event_at) filter (where event_type = 'closed' or (event_type = 'state_changed' and state_code = 'closed')) as closed_at,
        max(event_at) filter (
            where event_type = 'cancelled' or (event_type = 'state_changed' and state_code = 'cancelled')
        ) as cancelled_at,
        -- What most service levels start or end with; other triggers are looked up among the events.
        min(event_rank) filter (where event_type = 'opened') as opened_rank,
        min(event_at) filter (where event_type = 'opened') as opened_event_at,
        min(event_rank) filter (where event_type = 'assigned' or state_code = 'assigned') as assigned_rank,
        min(event_at) filter (where event_type = 'assigned' or state_code = 'assigned') as assigned_event_at,
        min(event_rank) filter (where event_type = 'responded' or state_code in ('resolved', 'closed')) as responded_rank,
        min(event_rank) filter (where state_code in ('resolved', 'closed')) as resolved_rank,
        min(event_rank) filter (where priority_code is not null) as priority_stated_rank,
        min(priority_code) <> max(priority_code)
        or min(event_rank) filter (where priority_code is not null) > 1 as has_priority_changes,
        min(supplier_id) <> max(supplier_id) as has_several_suppliers,
        min(holder_supplier_id) <> max(holder_supplier_id) as has_several_holders,
        max(state_code) filter (where is_last) as state_code,
        max(priority_code) filter (where is_last) as priority_code,
        max(work_centre_id) filter (where is_last) as work_centre_id,
        max(work_centre_key) filter (where is_last) as work_centre_key,
        max(supplier_id) filter (where is_last) as supplier_id,
        bool_or(has_later_events) as has_later_events
    from {{ changed_only(ref('int_ticket__events')) }} as events
    group by ticket_key
)

select
    tickets.ticket_key,
    tickets.source_system,
    tickets.ticket_id,
    tickets.ticket_type_code,
    tickets.category_code,
    coalesce(histories.priority_code, tickets.priority_code) as priority_code,
    -- Where events tell of priorities, what held before the first of them is not known; else the ticket's own held all along.
    case when histories.priority_code is null then tickets.priority_code end as unchanged_priority_code,
    histories.priority_stated_rank,
    coalesce(histories.has_priority_changes, false) as has_priority_changes,
    coalesce(histories.state_code, 'new') as state_code,
    tickets.state_code as source_state_code,
    coalesce(histories.work_centre_id, tickets.work_centre_id) as work_centre_id,
    coalesce(nullif(histories.work_centre_key, 'unknown'), work_centres.work_centre_key) as work_centre_key,
    coalesce(histories.supplier_id, work_centres.supplier_id) as supplier_id,
    coalesce(histories.has_several_suppliers, false) as has_several_suppliers,
    coalesce(histories.has_several_holders, false) as has_several_holders,
    tickets.contract_id,
    tickets.title,
    tickets.address,
    tickets.opened_at,
    histories.assigned_at,
    histories.responded_at,
    tickets.promised_at,
    -- Of a ticket that was opened again these hold only once they are true again.
    case when histories.state_code in ('resolved', 'closed') then histories.resolved_at end as resolved_at,
    case when histories.state_code = 'closed' then histories.closed_at end as closed_at,
    case when histories.state_code = 'cancelled' then histories.cancelled_at end as cancelled_at,
    tickets.source_verdict,
    tickets.source_service_level_id,
    tickets._version_at,
    histories.opened_rank,
    histories.opened_event_at,
    histories.assigned_rank,
    histories.assigned_event_at,
    histories.responded_rank,
    histories.resolved_rank,
    coalesce(histories.event_count, 0) as event_count,
    coalesce(histories.derived_event_count, 0) as derived_event_count,
    coalesce(histories.reopen_count, 0) as reopen_count,
    coalesce(histories.reassignment_count, 0) as reassignment_count,
    -- A ticket of which nothing has happened yet as of the run has its opening still to come.
    coalesce(histories.has_later_events, true) as has_later_events,
    tickets._source_file,
    tickets._source_row_number,
    tickets._delivery_id
from {{ changed_only(ref('stg_ticketing__tickets')) }} as tickets
left join histories
    on tickets.ticket_key = histories.ticket_key
-- Where no event states a work centre, the ticket's own has held it since the opening.
left join {{ ref('int_register__work_centre_versions') }} as work_centres
    on
        histories.work_centre_id is null
        and tickets.work_centre_id = work_centres.work_centre_id
        and tickets.opened_at >= work_centres.valid_from
        and tickets.opened_at < work_centres.valid_to
