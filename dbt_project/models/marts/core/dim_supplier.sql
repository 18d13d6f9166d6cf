-- Grain: one row per supplier version, and one for the unknown supplier
select
    supplier_key,
    supplier_id,
    supplier_name,
    supplier_name_zh,
    category_code,
    country_code,
    language_code,
    valid_from,
    valid_to,
    is_current,
    _source_file,
    _source_row_number
from {{ ref('int_register__supplier_versions') }}
union all
select
    'unknown', 'unknown', 'Unknown supplier', '未知供应商', null, null, 'en', '-infinity', 'infinity', true, null, null
