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
    'not_applicable', 'not_applicable', 'No contract', '无合同', 'unknown', null, 'UTC', '-infinity', 'infinity', true, null, null
