-- Grain: one row per decision and question about it
with decisions as (
    select
        delivered.*,
        made.without_effect_code,
        made.decision_id is not null and made.without_effect_code is null as is_in_effect,
        -- What it is about, where it names only the dispute that it answers.
        coalesce(made.penalty_term_id, delivered.penalty_term_id) as about_term_id,
        coalesce(made.period_month, delivered.period_month) as about_month,
        coalesce(made.ticket_key, delivered.ticket_key) as about_ticket_key,
        made.decision_id is null as is_later
    from {{ ref('stg_contract_register__decisions') }} as delivered
    left join {{ ref('int_settlement__decisions_made') }} as made
        on delivered.decision_id = made.decision_id
),

questions as (
    select
        decisions.decision_id,
        asked.question_code
    from decisions
    cross join
        lateral (
            values
            (decisions.without_effect_code, decisions.without_effect_code is not null),
            ('decided_later', decisions.is_later),
            ('decided_by_requester', lower(btrim(decisions.decided_by)) = lower(btrim(decisions.requested_by))),
            (
                'unknown_contract',
                not exists (
                    select 1 from {{ ref('stg_contract_register__contracts') }} as contracts
                    where contracts.contract_id = decisions.contract_id
                )
            ),
            (
                'unknown_clause',
                decisions.penalty_term_id is not null
                and not exists (
                    select 1 from {{ ref('stg_contract_register__penalty_terms') }} as penalty_terms
                    where
                        penalty_terms.penalty_term_id = decisions.penalty_term_id
                        and penalty_terms.contract_id = decisions.contract_id
                )
            ),
            (
                'unknown_ticket',
                decisions.ticket_key is not null
                and not exists (
                    select 1 from {{ ref('int_ticket__current') }} as tickets
                    where tickets.ticket_key = decisions.ticket_key
                )
            ),
            (
                'unknown_dispute',
                decisions.answers_decision_id is not null
                and not exists (
                    select 1 from decisions as disputes
                    where
                        disputes.decision_id = decisions.answers_decision_id
                        and disputes.decision_kind = 'dispute'
                        and disputes.contract_id = decisions.contract_id
                )
            ),
            (
                'ruling_without_dispute',
                decisions.decision_kind = 'ruling'
                and decisions.answers_decision_id is null
                and not exists (
                    select 1 from decisions as disputes
                    where
                        disputes.decision_kind = 'dispute'
                        and disputes.contract_id = decisions.contract_id
                        and disputes.about_term_id is not distinct from decisions.about_term_id
                        and disputes.about_month is not distinct from decisions.about_month
                        and disputes.about_ticket_key is not distinct from decisions.about_ticket_key
                        and disputes.decided_at <= decisions.decided_at
                )
            ),
            (
                'same_instant',
                decisions.decision_kind in ('ruling', 'waive')
                and exists (
                    select 1 from decisions as others
                    where
                        others.decision_id <> decisions.decision_id
                        and others.decision_kind = decisions.decision_kind
                        and others.contract_id = decisions.contract_id
                        and others.decided_at = decisions.decided_at
                        and others.about_ticket_key is not distinct from decisions.about_ticket_key
                        and coalesce(others.about_term_id = decisions.about_term_id, true)
                        and coalesce(others.about_month = decisions.about_month, true)
                )
            )
        ) as asked (question_code, is_asked)
    where asked.is_asked
)

select
    questions.decision_id,
    questions.question_code,
    decisions.is_in_effect,
    decisions.decision_kind,
    decisions.contract_id,
    decisions.penalty_term_id,
    decisions.period_month,
    decisions.ticket_key,
    decisions.outcome_code,
    decisions.amount,
    decisions.requested_by,
    decisions.decided_by,
    decisions.decided_at,
    decisions.answers_decision_id,
    decisions.evidence,
    decisions._source_file,
    decisions._source_row_number
from questions
inner join decisions
    on questions.decision_id = decisions.decision_id
