-- Grain: one row per ticket, service level and start of the tool's own clock
with newest as (
    {{ newest_version('source_verdicts', ['ticket_key', 'service_level_id', 'started_at']) }}
)

select
    ticket_key,
    source_system,
    ticket_id,
    service_level_id,
    started_at::timestamptz as started_at,
    source_verdict,
    stage_code,
    due_at::timestamptz as due_at,
    stopped_at::timestamptz as stopped_at,
    _version_at,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
