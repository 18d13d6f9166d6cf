-- Grain: one row per dispute raised by the instant of the run, with the ruling that answered it, if any
-- A ruling answers the dispute that it names; one that names none answers every dispute of the same contract, clause, month
-- and ticket that came before it. A ruling without effect answers nothing.
with decisions as materialized (
    select *
    from {{ ref('int_settlement__decisions_made') }}
)

select
    disputes.decision_id as dispute_id,
    disputes.contract_id,
    disputes.penalty_term_id,
    disputes.period_month,
    disputes.ticket_key,
    disputes.decided_at as disputed_at,
    answers.decision_id as ruling_id,
    case when answers.decision_id is not null then greatest(answers.decided_at, disputes.decided_at) end as answered_at,
    answers.decision_id is null as is_open
from decisions as disputes
left join lateral (
    select
        rulings.decision_id,
        rulings.decided_at
    from decisions as rulings
    where
        rulings.decision_kind = 'ruling'
        and rulings.without_effect_code is null
        and rulings.contract_id = disputes.contract_id
        and (
            rulings.answers_decision_id = disputes.decision_id
            or (
                rulings.answers_decision_id is null
                and rulings.penalty_term_id is not distinct from disputes.penalty_term_id
                and rulings.period_month is not distinct from disputes.period_month
                and rulings.ticket_key is not distinct from disputes.ticket_key
                and rulings.decided_at >= disputes.decided_at
            )
        )
    order by rulings.decided_at, rulings.decision_id
    limit 1
) as answers on true
where disputes.decision_kind = 'dispute'
