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
    _source_row_number,
    vendor_number,
    vendor_site_code
from {{ ref('int_register__supplier_versions') }}
union all
select
    'unknown' as supplier_key,
    'unknown' as supplier_id,
    'Unknown supplier' as supplier_name,
    '未知供应商' as supplier_name_zh,
    null as category_code,
    null as country_code,
    'en' as language_code,
    '-infinity' as valid_from,
    'infinity' as valid_to,
    true as is_current,
    null as _source_file,
    null as _source_row_number,
    null as vendor_number,
    null as vendor_site_code
