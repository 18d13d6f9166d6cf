-- Grain: one row per contract and month between its start and the run, cut in the contract's zone
select
    contracts.contract_id,
    contracts.contract_key,
    contracts.supplier_id,
    contracts.currency_code,
    contracts.time_zone,
    generated.month_at::date as period_month,
    (generated.month_at + interval '1 month') at time zone contracts.time_zone <= run.as_of as is_complete
from {{ ref('int_register__contracts_latest') }} as contracts
cross join {{ ref('stg_ops__run') }} as run
cross join
    lateral generate_series(
        date_trunc('month', contracts.first_valid_from at time zone contracts.time_zone),
        date_trunc('month', least(contracts.last_valid_to, run.as_of) at time zone contracts.time_zone),
        interval '1 month'
    ) as generated (month_at)
