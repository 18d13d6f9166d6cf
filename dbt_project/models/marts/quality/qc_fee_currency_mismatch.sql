-- Grain: one row per fee in a currency that its contract never had, or of a contract that is not known; it is not used
with contract_currencies as (
    select
        contract_id,
        array_agg(distinct currency_code) as currency_codes
    from {{ ref('int_register__contract_versions') }}
    group by contract_id
)

select
    fees.contract_id,
    fees.service_code,
    fees.fee_month,
    fees.fee_amount,
    fees.currency_code,
    array_to_string(contract_currencies.currency_codes, ';') as contract_currency_code,
    fees._source_file,
    fees._source_row_number
from {{ ref('stg_contract_register__fees') }} as fees
left join contract_currencies
    on fees.contract_id = contract_currencies.contract_id
where fees.currency_code <> all(coalesce(contract_currencies.currency_codes, array[]::text[]))
