-- Grain: one row per delivered event whose ticket has not been delivered
{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='ticket_key', on_schema_change='fail') }}
select
    events.ticket_key,
    events.event_key,
    events.event_type,
    events.event_at,
    events._source_file,
    events._source_row_number
from {{ changed_only(ref('stg_ticketing__ticket_events')) }} as events
left join {{ changed_only(ref('stg_ticketing__tickets')) }} as tickets
    on events.ticket_key = tickets.ticket_key
where tickets.ticket_key is null
