-- Grain: one row per selection_id and criterion_code, newest delivered version
with newest as (
    {{ newest_version('selection_criteria', ['selection_id', 'criterion_code']) }}
)

select
    selection_id,
    criterion_code,
    criterion_name,
    criterion_name_zh,
    weight::numeric as weight,
    scoring_code,
    floor_value::numeric as floor_value,
    target_value::numeric as target_value,
    minimum_score::numeric as minimum_score,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
