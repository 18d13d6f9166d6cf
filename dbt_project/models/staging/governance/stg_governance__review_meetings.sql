-- Grain: one row per meeting_id, newest delivered version
with newest as (
    {{ newest_version('review_meetings', ['meeting_id']) }}
)

select
    meeting_id,
    supplier_id,
    contract_id,
    (period_month || '-01')::date as period_month,
    planned_date::date as planned_date,
    held_date::date as held_date,
    chaired_by,
    evidence,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
