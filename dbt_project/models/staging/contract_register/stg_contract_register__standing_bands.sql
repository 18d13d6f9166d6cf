-- Grain: one row per band_code, supplier_category_code and valid_from, newest delivered version
with newest as (
    {{ newest_version('standing_bands', ['band_code', 'supplier_category_code', 'valid_from']) }}
)

select
    band_code,
    supplier_category_code,
    band_name,
    band_name_zh,
    score_from::numeric as score_from,
    score_to::numeric as score_to,
    consequence_code,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
