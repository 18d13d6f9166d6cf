-- Grain: one row per work centre version
with newest as (
    {{ newest_version('work_centres', ['work_centre_id', 'valid_from']) }}
)

select
    work_centre_id,
    work_centre_name,
    work_centre_name_zh,
    supplier_id,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
