-- Grain: one row per work centre version, and one for the unknown work centre
select
    work_centre_key,
    work_centre_id,
    work_centre_name,
    work_centre_name_zh,
    supplier_id,
    valid_from,
    valid_to,
    is_current,
    _source_file,
    _source_row_number
from {{ ref('int_register__work_centre_versions') }}
union all
select
    'unknown', 'unknown', 'Unknown work centre', '未知工作中心', 'unknown', '-infinity', 'infinity', true, null, null
