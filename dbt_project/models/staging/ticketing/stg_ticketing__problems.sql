-- Grain: one row per source_system and problem_id, newest delivered version
with newest as (
    {{ newest_version('problems', ['source_system', 'problem_id']) }}
)

select
    source_system,
    problem_id,
    title,
    description,
    supplier_id,
    contract_id,
    service_code,
    severity_code,
    state_code,
    started_at::timestamptz as started_at,
    detected_at::timestamptz as detected_at,
    ended_at::timestamptz as ended_at,
    affected_user_count::integer as affected_user_count,
    impact_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
