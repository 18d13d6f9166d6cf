-- Grain: one row per supplier version
with newest as (
    {{ newest_version('suppliers', ['supplier_id', 'valid_from']) }}
)

select
    supplier_id,
    supplier_name,
    supplier_name_zh,
    category_code,
    country_code,
    language_code,
    coalesce(vendor_number, supplier_id) as vendor_number,
    vendor_site_code,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
