-- Grain: one row per contract, month and fee basis (the whole contract, or one service of it)
with usable as (
    select
        fees.contract_id,
        fees.service_code,
        fees.fee_month as period_month,
        fees.fee_amount
    from {{ ref('stg_contract_register__fees') }} as fees
    inner join {{ ref('int_period__months') }} as months
        on
            fees.contract_id = months.contract_id
            and fees.fee_month = months.period_month
            and fees.currency_code = months.currency_code
)

select
    contract_id,
    period_month,
    'contract' as fee_basis,
    null::text as service_code,
    sum(fee_amount) as fee_amount
from usable
group by contract_id, period_month
union all
select
    contract_id,
    period_month,
    'service' as fee_basis,
    service_code,
    sum(fee_amount) as fee_amount
from usable
where service_code is not null
group by contract_id, period_month, service_code
