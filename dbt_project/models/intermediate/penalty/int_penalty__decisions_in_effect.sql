-- Grain: one row per line (contract, penalty clause and month) about which a ruling, a waiver or an open dispute says something
-- Decisions about a ticket are not here: a ruling that reverses a ticket excuses it, a dispute of a ticket holds the ledger
-- lines that it is evidence of.
with decided as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        decisions.decision_id,
        decisions.decision_kind,
        decisions.decided_at,
        case
            when decisions.decision_kind = 'waive' then coalesce(decisions.amount, 0)
            when decisions.outcome_code = 'reversed' then 0
            when decisions.outcome_code = 'reduced' then decisions.amount
        end as limit_amount,
        disputes.is_open
    from {{ ref('int_settlement__decisions_made') }} as decisions
    inner join {{ ref('int_penalty__lines') }} as lines
        on
            decisions.contract_id = lines.contract_id
            and coalesce(decisions.penalty_term_id, lines.penalty_term_id) = lines.penalty_term_id
            and coalesce(decisions.period_month, lines.period_month) = lines.period_month
    left join {{ ref('int_settlement__disputes') }} as disputes
        on decisions.decision_id = disputes.dispute_id
    where
        decisions.ticket_key is null
        and decisions.without_effect_code is null
        and (decisions.decision_kind in ('ruling', 'waive') or disputes.is_open)
),

-- Of rulings the newest counts, of waivers the newest; at the same instant the last by its identifier.
newest as (
    select distinct on (contract_id, penalty_term_id, period_month, decision_kind)
        contract_id,
        penalty_term_id,
        period_month,
        decision_kind,
        decision_id,
        limit_amount,
        is_open
    from decided
    order by contract_id, penalty_term_id, period_month, decision_kind, decided_at desc, decision_id collate "C" desc
)

select
    contract_id,
    penalty_term_id,
    period_month,
    -- At most so much remains; null without a limit.
    max(limit_amount) filter (where decision_kind = 'ruling') as ruled_limit_amount,
    max(limit_amount) filter (where decision_kind = 'waive') as waived_limit_amount,
    max(decision_id) filter (where decision_kind = 'ruling') as ruling_decision_id,
    max(decision_id) filter (where decision_kind = 'waive') as waive_decision_id,
    coalesce(bool_or(is_open), false) as is_disputed
from newest
group by contract_id, penalty_term_id, period_month
