-- Nothing happens to an amount between two steps of its arithmetic.
with linked as (
    select
        penalty_step_key,
        before_amount,
        lag(after_amount) over (partition by penalty_key order by step_number) as last_amount
    from {{ ref('fct_penalty_step') }}
)

select *
from linked
where before_amount <> last_amount
