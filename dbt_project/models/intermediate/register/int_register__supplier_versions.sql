-- Grain: one row per supplier version, with the UTC instants between which it holds
with bounded as (
    select
        suppliers.*,
        coalesce(valid_from, '-infinity') as effective_from,
        {{ effective_valid_to(['supplier_id']) }} as effective_to,
        {{ is_latest_version(['supplier_id']) }} as is_current
    from {{ ref('stg_contract_register__suppliers') }} as suppliers
)

select
    {{ surrogate_key(['supplier_id', 'effective_from']) }} as supplier_key,
    supplier_id,
    supplier_name,
    supplier_name_zh,
    category_code,
    country_code,
    coalesce(language_code, 'en') as language_code,
    vendor_number,
    vendor_site_code,
    {{ local_midnight('effective_from', "'UTC'") }} as valid_from,
    {{ local_midnight('effective_to', "'UTC'") }} as valid_to,
    is_current,
    _source_file,
    _source_row_number,
    _delivery_id
from bounded
where effective_from < effective_to
