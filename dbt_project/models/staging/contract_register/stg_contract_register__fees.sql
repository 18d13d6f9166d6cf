-- Grain: one row per contract, service and month
with newest as (
    {{ newest_version('fees', ['contract_id', 'service_code', 'fee_month']) }}
)

select
    contract_id,
    service_code,
    (fee_month || '-01')::date as fee_month,
    fee_amount::numeric as fee_amount,
    currency_code,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
