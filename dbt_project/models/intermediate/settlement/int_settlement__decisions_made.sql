-- Grain: one row per decision made by the instant of the run, with what it is about and whether it has an effect
{{ config(materialized='view') }}
with made as (
    select decisions.*
    from {{ ref('stg_contract_register__decisions') }} as decisions
    cross join {{ ref('stg_ops__run') }} as run
    where decisions.decided_at <= run.as_of
),

-- A ruling that names the dispute it answers is about what was disputed, where it does not say so itself: an empty clause
-- would else mean every clause of the contract.
scoped as (
    select
        made.decision_id,
        made.decision_kind,
        made.contract_id,
        coalesce(made.penalty_term_id, disputes.penalty_term_id) as penalty_term_id,
        coalesce(made.period_month, disputes.period_month) as period_month,
        coalesce(made.ticket_key, disputes.ticket_key) as ticket_key,
        made.outcome_code,
        made.amount,
        made.requested_by,
        made.decided_by,
        made.decided_at,
        made.answers_decision_id,
        made.evidence,
        made._source_file,
        made._source_row_number,
        made._delivery_id,
        -- The amount that is read; others say nothing.
        made.decision_kind = 'waive' and made.amount is not null
        or made.decision_kind = 'ruling' and made.outcome_code = 'reduced' as is_amount_set
    from made
    left join made as disputes
        on
            made.decision_kind = 'ruling'
            and disputes.decision_kind = 'dispute'
            and made.answers_decision_id = disputes.decision_id
            and made.contract_id = disputes.contract_id
)

select
    scoped.*,
    -- The first that is true; null for a decision that has its effect.
    case
        when decision_kind = 'ruling' and outcome_code is null then 'outcome_missing'
        when is_amount_set and amount is null then 'amount_missing'
        when is_amount_set and amount < 0 then 'amount_negative'
        when ticket_key is not null and (decision_kind in ('waive', 'approve') or outcome_code = 'reduced') then 'ticket_without_effect'
        -- Set for several lines it would be owed several times.
        when is_amount_set and (penalty_term_id is null or period_month is null) then 'amount_of_no_line'
    end as without_effect_code
from scoped
