-- At least, probably, at most: in this order.
select *
from {{ ref('fct_penalty_estimate') }}
where low_amount > estimate_amount or estimate_amount > high_amount
