-- Grain: one row per contract, penalty clause, month and cause for which money was left on the table
with lost_in_steps as (
    select
        steps.penalty_key,
        steps.step_code as cause_code,
        steps.before_amount - steps.after_amount as forgone_amount,
        steps.before_amount,
        steps.limit_amount,
        steps.limit_clause
    from {{ ref('fct_penalty_step') }} as steps
    where
        steps.before_amount > steps.after_amount
        -- What rounding takes is nobody's loss.
        and steps.step_code in (select causes.code from {{ ref('penalty_forgone_cause') }} as causes)
),

claims_missed as (
    select
        penalty_key,
        owed_amount - claimed_in_time_amount as forgone_amount,
        owed_amount,
        last_claim_date
    from {{ ref('rpt_claim_due') }}
    where
        days_left_count < 0
        and owed_amount > claimed_in_time_amount
),

-- What nobody can prove is priced at the clause's rate only where each miss costs a fixed sum.
unproven as (
    select
        penalties.penalty_key,
        sum(tickets.ticket_count) as ticket_count,
        sum(
            case
                when penalties.penalty_kind = 'fixed_per_miss'
                    then tickets.ticket_count * least(terms.amount * coalesce(tickets.borne_share, 1), terms.ticket_cap_amount)
            end
        ) as forgone_amount
    from {{ ref('fct_penalty') }} as penalties
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on penalties.penalty_term_key = terms.penalty_term_key
    inner join {{ ref('int_exposure__unproven_tickets') }} as tickets
        on
            penalties.contract_id = tickets.contract_id
            and penalties.service_level_id = tickets.service_level_id
            and tickets.period_month between penalties.period_from and penalties.period_month
    where penalties.status_code <> 'provisional'
    group by penalties.penalty_key
),

lost as (
    select
        penalty_key,
        cause_code,
        forgone_amount,
        before_amount,
        limit_amount,
        limit_clause,
        null::bigint as ticket_count,
        null::date as last_claim_date
    from lost_in_steps
    union all
    select
        penalty_key,
        'claim_missed' as cause_code,
        forgone_amount,
        owed_amount as before_amount,
        null as limit_amount,
        null as limit_clause,
        null as ticket_count,
        last_claim_date
    from claims_missed
    union all
    select
        penalty_key,
        'evidence_missing' as cause_code,
        forgone_amount,
        null as before_amount,
        null as limit_amount,
        null as limit_clause,
        ticket_count,
        null as last_claim_date
    from unproven
)

select
    {{ surrogate_key(['lost.penalty_key', 'lost.cause_code']) }} as penalty_forgone_key,
    lost.penalty_key,
    penalties.contract_key,
    penalties.supplier_key,
    penalties.contract_id,
    penalties.supplier_id,
    penalties.penalty_term_id,
    penalties.service_level_id,
    penalties.clause,
    penalties.penalty_kind,
    penalties.period_month,
    lost.cause_code,
    causes.label as cause_name,
    causes.label_zh as cause_name_zh,
    penalties.currency_code,
    lost.forgone_amount,
    lost.before_amount,
    lost.limit_amount,
    lost.limit_clause,
    lost.ticket_count::bigint as ticket_count,
    lost.last_claim_date,
    format(causes.explanation, variadic said.parts) as explanation,
    format(causes.explanation_zh, variadic said.parts) as explanation_zh,
    penalties.as_of
from lost
inner join {{ ref('fct_penalty') }} as penalties
    on lost.penalty_key = penalties.penalty_key
inner join {{ ref('penalty_forgone_cause') }} as causes
    on lost.cause_code = causes.code
cross join
    lateral (
        select array[
            coalesce(round(lost.forgone_amount, 2)::text, '-'),
            coalesce(round(lost.before_amount, 2)::text, '-'),
            coalesce(round(lost.limit_amount, 2)::text, '-'),
            coalesce(lost.limit_clause, '-'),
            coalesce(lost.ticket_count::text, '-'),
            coalesce(lost.last_claim_date::text, '-')
        ] as parts
    ) as said
