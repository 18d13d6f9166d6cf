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
    'unknown' as work_centre_key,
    'unknown' as work_centre_id,
    'Unknown work centre' as work_centre_name,
    '未知工作中心' as work_centre_name_zh,
    'unknown' as supplier_id,
    '-infinity' as valid_from,
    'infinity' as valid_to,
    true as is_current,
    null as _source_file,
    null as _source_row_number
