-- Grain: one row per answer of finance to an extract line
with newest as (
    {{ newest_version('finance_acknowledgements', ['receiver_code', 'extract_number', 'line_number', 'acknowledged_at']) }}
)

select
    coalesce(receiver_code, 'finance') as receiver_code,
    extract_number::bigint as extract_number,
    line_number::bigint as line_number,
    status_code,
    document_number,
    amount::numeric as amount,
    reason,
    acknowledged_at::timestamptz as acknowledged_at,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
