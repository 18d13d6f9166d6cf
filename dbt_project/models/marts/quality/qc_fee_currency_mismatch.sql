-- Grain: one row per fee in another currency than its contract, or of a contract that is not known; it is not used
select
    fees.contract_id,
    fees.service_code,
    fees.fee_month,
    fees.fee_amount,
    fees.currency_code,
    contracts.currency_code as contract_currency_code,
    fees._source_file,
    fees._source_row_number
from {{ ref('stg_contract_register__fees') }} as fees
left join {{ ref('int_register__contracts_latest') }} as contracts
    on fees.contract_id = contracts.contract_id
where fees.currency_code is distinct from contracts.currency_code
