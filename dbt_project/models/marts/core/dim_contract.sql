-- Grain: one row per contract version, and one for tickets under no contract
select
    contract_key,
    contract_id,
    contract_name,
    contract_name_zh,
    supplier_id,
    currency_code,
    time_zone,
    valid_from,
    valid_to,
    is_current,
    _source_file,
    _source_row_number
from {{ ref('int_register__contract_versions') }}
union all
select
    'not_applicable' as contract_key,
    'not_applicable' as contract_id,
    'No contract' as contract_name,
    '无合同' as contract_name_zh,
    'unknown' as supplier_id,
    null as currency_code,
    'UTC' as time_zone,
    '-infinity' as valid_from,
    'infinity' as valid_to,
    true as is_current,
    null as _source_file,
    null as _source_row_number
