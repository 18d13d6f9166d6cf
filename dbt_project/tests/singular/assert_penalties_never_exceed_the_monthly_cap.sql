-- What a contract is charged in a month stays within its cap.
select
    contract_id,
    period_month,
    sum(penalty_amount) as penalty_amount,
    min(cap_amount) as cap_amount
from {{ ref('fct_penalty') }}
group by contract_id, period_month
having sum(penalty_amount) > min(cap_amount)
