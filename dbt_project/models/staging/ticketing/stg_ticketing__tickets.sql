-- Grain: one row per ticket, newest delivered version
with newest as (
    {{ newest_version('tickets', ['ticket_key']) }}
)

select
    ticket_key,
    source_system,
    ticket_id,
    ticket_type_code,
    category_code,
    priority_code,
    state_code,
    work_centre_id,
    contract_id,
    title,
    address,
    opened_at::timestamptz as opened_at,
    assigned_at::timestamptz as assigned_at,
    responded_at::timestamptz as responded_at,
    promised_at::timestamptz as promised_at,
    resolved_at::timestamptz as resolved_at,
    closed_at::timestamptz as closed_at,
    cancelled_at::timestamptz as cancelled_at,
    source_verdict,
    source_service_level_id,
    _version_at,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
