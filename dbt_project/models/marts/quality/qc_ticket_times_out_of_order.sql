-- Grain: one row per ticket and event that lies before the ticket was opened
{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='ticket_key', on_schema_change='fail') }}
select
    events.ticket_key,
    tickets.source_system,
    tickets.ticket_id,
    tickets.work_centre_id,
    events.event_type,
    events.event_at,
    tickets.opened_at,
    extract(epoch from tickets.opened_at - events.event_at)::bigint as seconds_before_opening,
    deliveries.source_file as _source_file,
    events._source_row_number
from {{ changed_only(ref('int_ticket__events')) }} as events
inner join {{ ref('int_ticket__current') }} as tickets
    on events.ticket_key = tickets.ticket_key
left join {{ ref('stg_ops__accepted_deliveries') }} as deliveries
    on events._delivery_id = deliveries.delivery_id
where events.event_at < tickets.opened_at
