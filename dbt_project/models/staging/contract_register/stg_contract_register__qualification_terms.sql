-- Grain: one row per qualification_code, supplier_category_code and valid_from, newest delivered version
with newest as (
    {{ newest_version('qualification_terms', ['qualification_code', 'supplier_category_code', 'valid_from']) }}
)

select
    qualification_code,
    supplier_category_code,
    qualification_name,
    qualification_name_zh,
    qualification_kind,
    is_required::boolean as is_required,
    warn_days::integer as warn_days,
    clause,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
