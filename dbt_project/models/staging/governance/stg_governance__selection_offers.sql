-- Grain: one row per selection_id, candidate_id and criterion_code, newest delivered version
with newest as (
    {{ newest_version('selection_offers', ['selection_id', 'candidate_id', 'criterion_code']) }}
)

select
    selection_id,
    candidate_id,
    candidate_name,
    criterion_code,
    value::numeric as value,
    evaluated_date::date as evaluated_date,
    evaluated_by,
    finding_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
