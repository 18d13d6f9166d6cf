-- Grain: one row per source_system and contact_id, newest delivered version
with newest as (
    {{ newest_version('contacts', ['source_system', 'contact_id']) }}
)

select
    source_system,
    contact_id,
    ticket_source_system,
    ticket_id,
    coalesce(ticket_source_system, source_system) || '/' || ticket_id as ticket_key,
    contacted_at::timestamptz as contacted_at,
    channel_code,
    contact_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
