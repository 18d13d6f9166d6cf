-- Grain: one row per criterion_id, supplier_category_code, value_from and valid_from, newest delivered version
with newest as (
    {{ newest_version('score_bands', ['criterion_id', 'supplier_category_code', 'value_from', 'valid_from']) }}
)

select
    criterion_id,
    supplier_category_code,
    value_from::numeric as value_from,
    value_to::numeric as value_to,
    score::numeric as score,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
