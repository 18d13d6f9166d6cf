-- Grain: one row per score criterion, supplier category and version
with newest as (
    {{ newest_version('score_criteria', ['criterion_id', 'supplier_category_code', 'valid_from']) }}
)

select
    criterion_id,
    criterion_name,
    criterion_name_zh,
    measure_code,
    metric_code,
    filter_code,
    coalesce(normalisation_code, 'linear') as normalisation_code,
    supplier_category_code,
    weight::numeric as weight,
    floor_value::numeric as floor_value,
    target_value::numeric as target_value,
    coalesce(minimum_sample::integer, 1) as minimum_sample,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
