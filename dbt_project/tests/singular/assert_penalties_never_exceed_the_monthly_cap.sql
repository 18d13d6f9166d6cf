-- What a contract owes in a month stays within its cap.
select
    contract_id,
    period_month,
    sum(owed_amount) as owed_amount,
    min(cap_amount) as cap_amount
from {{ ref('fct_penalty') }}
group by contract_id, period_month
having sum(owed_amount) > min(cap_amount)
