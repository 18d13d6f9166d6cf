-- Grain: one row per line, with what was given back, taken back and waived, and what is owed
with returned as (
    select
        lines.*,
        earn_backs.returned_ratio,
        earn_backs.earn_back_clause,
        decisions.ruled_limit_amount,
        decisions.waived_limit_amount,
        decisions.ruling_decision_id,
        decisions.waive_decision_id,
        coalesce(
            round(lines.penalty_amount * (1 - earn_backs.returned_ratio), lines.rounding_digits),
            lines.penalty_amount
        ) as after_earn_back_amount
    from {{ ref('int_penalty__lines_rounded') }} as lines
    left join {{ ref('int_penalty__earn_backs') }} as earn_backs
        on
            lines.contract_id = earn_backs.contract_id
            and lines.penalty_term_id = earn_backs.penalty_term_id
            and lines.period_month = earn_backs.period_month
    left join {{ ref('int_penalty__decisions_in_effect') }} as decisions
        on
            lines.contract_id = decisions.contract_id
            and lines.penalty_term_id = decisions.penalty_term_id
            and lines.period_month = decisions.period_month
),

ruled as (
    select
        returned.*,
        least(after_earn_back_amount, ruled_limit_amount) as after_dispute_amount
    from returned
),

waived as (
    select
        ruled.*,
        least(after_dispute_amount, waived_limit_amount) as owed_amount
    from ruled
)

select
    waived.*,
    case
        when not is_complete then 'provisional'
        when is_waiting_for_fee then 'fee_missing'
        when is_carried_forward then 'carried_forward'
        when measured_count = 0 then 'no_data'
        when role_code = 'points' then 'pooled'
        when owed_amount > 0 then 'owed'
        when penalty_amount = 0 then 'nothing_owed'
        when after_dispute_amount > 0 then 'waived'
        when after_earn_back_amount > 0 then 'reversed'
        else 'earned_back'
    end as status_code
from waived
