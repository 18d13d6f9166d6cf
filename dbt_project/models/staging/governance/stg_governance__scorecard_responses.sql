-- Grain: one row per supplier_id, period_kind, period_from and responded_at, newest delivered version
with newest as (
    {{ newest_version('scorecard_responses', ['supplier_id', 'period_kind', 'period_from', 'responded_at']) }}
)

select
    supplier_id,
    period_kind,
    period_from::date as period_from,
    response_kind,
    criterion_id,
    responded_at::timestamptz as responded_at,
    responded_by,
    reason,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
