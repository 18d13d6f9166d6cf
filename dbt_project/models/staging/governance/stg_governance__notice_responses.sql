-- Grain: one row per notice_number and responded_at, newest delivered version
with newest as (
    {{ newest_version('notice_responses', ['notice_number', 'responded_at']) }}
)

select
    notice_number::integer as notice_number,
    response_kind,
    responded_at::timestamptz as responded_at,
    responded_by,
    response_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
