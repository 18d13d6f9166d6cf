-- Grain: one row per penalty line that an open dispute touches, with how much of it where that can be told
with touched as (
    select
        contract_id,
        penalty_term_id,
        period_month,
        true as is_whole,
        null::text as ticket_sla_key,
        null::numeric as amount
    from {{ ref('int_penalty__decisions_in_effect') }}
    where is_disputed
    union
    -- Of a clause about attainment a disputed ticket may decide the whole line.
    select
        tickets.contract_id,
        tickets.penalty_term_id,
        tickets.period_month,
        lines.basis_code <> 'ticket' as is_whole,
        tickets.ticket_sla_key,
        tickets.amount
    from {{ ref('int_settlement__disputes') }} as disputes
    inner join {{ ref('int_penalty__line_tickets') }} as tickets
        on
            disputes.ticket_key = tickets.ticket_key
            and disputes.contract_id = tickets.contract_id
            and coalesce(disputes.penalty_term_id, tickets.penalty_term_id) = tickets.penalty_term_id
            and coalesce(disputes.period_month, tickets.period_month) = tickets.period_month
    inner join {{ ref('int_penalty__lines') }} as lines
        on
            tickets.contract_id = lines.contract_id
            and tickets.penalty_term_id = lines.penalty_term_id
            and tickets.period_month = lines.period_month
    where disputes.is_open
)

select
    contract_id,
    penalty_term_id,
    period_month,
    bool_or(is_whole) as is_whole,
    coalesce(sum(amount), 0) as ticket_amount
from touched
group by contract_id, penalty_term_id, period_month
