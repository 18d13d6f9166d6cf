-- Grain: one row per exclusion, newest delivered version
with newest as (
    {{ newest_version('exclusions', ['exclusion_id']) }}
)

select
    exclusion_id,
    reason_code,
    contract_id,
    service_level_id,
    ticket_key,
    case when ticket_id is not null then source_system end as source_system,
    ticket_id,
    excluded_from::timestamptz as excluded_from,
    -- A window without an end is open.
    case when excluded_from is not null then coalesce(excluded_to::timestamptz, 'infinity') end as excluded_to,
    coalesce(window_effect, 'stops_clock') as window_effect,
    requested_by,
    approved_by,
    decided_at::timestamptz as decided_at,
    evidence,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
