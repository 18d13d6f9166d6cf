-- Grain: one row per contract, penalty clause and month, with what is owed after the monthly cap
with totalled as (
    select
        lines.*,
        caps.cap_amount,
        caps.cap_clause,
        lines.is_fee_missing or (coalesce(caps.is_fee_missing, false) and lines.gross_amount <> 0) as is_waiting_for_fee,
        -- The cap is used up in the order of the clauses' identifiers.
        coalesce(
            sum(lines.gross_amount) over (
                partition by lines.contract_id, lines.period_month
                order by lines.penalty_term_id collate "C" rows between unbounded preceding and 1 preceding
            ),
            0
        ) as gross_before_amount
    from {{ ref('int_penalty__lines_before_cap') }} as lines
    left join {{ ref('int_penalty__caps') }} as caps
        on
            lines.contract_id = caps.contract_id
            and lines.period_month = caps.period_month
),

capped as (
    select
        totalled.*,
        coalesce(gross_amount, 0) - least(
            coalesce(gross_amount, 0),
            greatest(coalesce(cap_amount, 'infinity'::numeric) - gross_before_amount, 0)
        ) as cap_reduction_amount
    from totalled
)

select
    capped.*,
    case
        when not is_complete then 'provisional'
        when is_waiting_for_fee then 'fee_missing'
        when measured_count = 0 then 'no_data'
        when gross_amount - cap_reduction_amount > 0 then 'owed'
        else 'nothing_owed'
    end as status_code
from capped
