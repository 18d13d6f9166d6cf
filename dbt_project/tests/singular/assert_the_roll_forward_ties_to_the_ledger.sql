-- Every ledger line is one movement of one period, whatever was sealed or said later.
with moved as (
    select
        currency_code,
        sum(new_amount + adjustment_amount + earn_back_amount + dispute_amount + waiver_amount) as amount
    from {{ ref('rpt_ledger_roll_forward') }}
    group by currency_code
),

posted as (
    select
        currency_code,
        sum(amount) as amount
    from {{ ref('stg_finance__ledger_lines') }}
    group by currency_code
)

select
    coalesce(moved.currency_code, posted.currency_code) as currency_code,
    moved.amount as moved_amount,
    posted.amount as posted_amount
from moved
full join posted on moved.currency_code = posted.currency_code
where coalesce(moved.amount, 0) <> coalesce(posted.amount, 0)
