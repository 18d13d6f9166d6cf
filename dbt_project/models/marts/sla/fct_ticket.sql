-- Grain: one row per ticket, as of the run
{{ config(indexes=[{'columns': ['ticket_key'], 'unique': true}, {'columns': ['ticket_id']}]) }}
select
    tickets.ticket_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(tickets.work_centre_key, 'unknown') as work_centre_key,
    tickets.source_system,
    tickets.ticket_id,
    tickets.ticket_type_code,
    tickets.category_code,
    tickets.priority_code,
    tickets.state_code,
    tickets.source_state_code,
    tickets.work_centre_id,
    coalesce(tickets.supplier_id, 'unknown') as supplier_id,
    tickets.title,
    tickets.address,
    tickets.opened_at,
    tickets.assigned_at,
    tickets.responded_at,
    tickets.promised_at,
    tickets.resolved_at,
    tickets.closed_at,
    tickets.cancelled_at,
    tickets.event_count::integer as event_count,
    tickets.reopen_count::integer as reopen_count,
    tickets.reassignment_count::integer as reassignment_count,
    tickets.source_verdict as source_verdict_code,
    tickets._source_file,
    tickets._source_row_number,
    tickets._delivery_id,
    tickets.derived_event_count::integer as derived_event_count
from {{ changed_only(ref('int_ticket__current')) }} as tickets
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        tickets.supplier_id = suppliers.supplier_id
        and tickets.opened_at >= suppliers.valid_from
        and tickets.opened_at < suppliers.valid_to
