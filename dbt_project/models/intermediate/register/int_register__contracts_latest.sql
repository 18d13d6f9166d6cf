-- Grain: one row per contract, its latest version (the zone and currency of a contract are those of that version)
select distinct on (contract_id)
    contract_id,
    contract_key,
    contract_name,
    contract_name_zh,
    supplier_id,
    currency_code,
    time_zone,
    min(valid_from) over (partition by contract_id) as first_valid_from,
    max(valid_to) over (partition by contract_id) as last_valid_to
from {{ ref('int_register__contract_versions') }}
order by contract_id, valid_from desc
