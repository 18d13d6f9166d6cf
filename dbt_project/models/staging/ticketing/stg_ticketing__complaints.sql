-- Grain: one row per source_system and complaint_id, newest delivered version
with newest as (
    {{ newest_version('complaints', ['source_system', 'complaint_id']) }}
)

select
    source_system,
    complaint_id,
    contact_source_system,
    contact_id,
    ticket_source_system,
    ticket_id,
    coalesce(ticket_source_system, source_system) || '/' || ticket_id as ticket_key,
    supplier_id,
    complained_at::timestamptz as complained_at,
    category_code,
    state_code,
    is_justified::boolean as is_justified,
    complaint_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
