-- Grain: one row per dispute of a miss or penalty raised by the instant of the run
{{ config(materialized='view') }}
-- A view, because it reads finance's books.
with answered as (
    select
        clocks.*,
        rulings.outcome_code,
        decisions._source_file,
        decisions._source_row_number,
        decisions._delivery_id,
        -- The order of these branches is the precedence of the statuses.
        case
            when clocks.answered_date > clocks.answer_due_date then 'answered_late'
            when clocks.answered_at is not null then 'answered'
            when clocks.is_raised_late then 'raised_late'
            when clocks.answer_due_date < clocks.as_of_date then 'overdue'
            else 'open'
        end as status_code,
        case rulings.outcome_code
            when 'reversed' then clocks.disputed_amount
            when 'reduced' then greatest(clocks.disputed_amount - rulings.amount, 0)
            when 'upheld' then clocks.disputed_amount * 0
        end as reversed_amount
    from {{ ref('int_dispute__clocks') }} as clocks
    inner join {{ ref('int_settlement__decisions_made') }} as decisions
        on clocks.dispute_id = decisions.decision_id
    left join {{ ref('int_settlement__decisions_made') }} as rulings
        on clocks.ruling_id = rulings.decision_id
)

select
    {{ surrogate_key(['answered.dispute_id']) }} as breach_dispute_key,
    coalesce(contracts.contract_key, 'not_applicable') as contract_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(tickets.work_centre_key, 'unknown') as work_centre_key,
    case
        when answered.penalty_term_id is not null and answered.period_month is not null
            then {{ surrogate_key(['answered.contract_id', 'answered.penalty_term_id', 'answered.period_month']) }}
    end as penalty_key,
    answered.ticket_key,
    answered.dispute_id,
    answered.contract_id,
    coalesce(contracts.supplier_id, 'unknown') as supplier_id,
    tickets.work_centre_id,
    answered.penalty_term_id,
    answered.service_level_id,
    answered.clause,
    answered.period_month,
    tickets.source_system,
    tickets.ticket_id,
    answered.ticket_key is null as is_whole_line,
    answered.disputed_at as raised_at,
    answered.raised_date as raised_local_date,
    answered.window_from_at,
    answered.raise_until_date,
    answered.is_raised_late,
    answered.answer_due_date,
    answered.answered_at,
    case
        when answered.answer_due_date is not null
            then greatest(coalesce(answered.answered_date, answered.as_of_date) - answered.answer_due_date, 0)
    end as days_late_count,
    answered.dispute_clause,
    answered.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    answered.ruling_id,
    answered.outcome_code,
    outcomes.label as outcome_name,
    outcomes.label_zh as outcome_name_zh,
    answered.currency_code,
    answered.disputed_amount::numeric(18, 2) as disputed_amount,
    answered.reversed_amount::numeric(18, 2) as reversed_amount,
    answered.as_of,
    answered._source_file,
    answered._source_row_number,
    answered._delivery_id
from answered
inner join {{ ref('dispute_status') }} as statuses
    on answered.status_code = statuses.code
left join {{ ref('dispute_outcome') }} as outcomes
    on answered.outcome_code = outcomes.code
left join {{ ref('int_ticket__current') }} as tickets
    on answered.ticket_key = tickets.ticket_key
-- The version in force when it was raised, else the last one before, else the first one.
left join lateral (
    select versions.*
    from {{ ref('int_register__contract_versions') }} as versions
    where versions.contract_id = answered.contract_id
    order by
        versions.valid_from <= answered.disputed_at desc,
        case when versions.valid_from <= answered.disputed_at then versions.valid_from end desc,
        versions.valid_from
    limit 1
) as contracts on true
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        contracts.supplier_id = suppliers.supplier_id
        and answered.disputed_at >= suppliers.valid_from
        and answered.disputed_at < suppliers.valid_to
