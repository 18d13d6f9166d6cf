-- Grain: one row per penalty line and missed ticket behind it
with points_tickets as (
    select
        tickets.*,
        tables_of_points.penalty_term_id as line_term_id,
        sum(tickets.unit_count) over (
            partition by
                tables_of_points.contract_id,
                tables_of_points.penalty_term_id,
                tables_of_points.period_month,
                tickets.ticket_sla_key
        ) as points,
        row_number() over (
            partition by
                tables_of_points.contract_id,
                tables_of_points.penalty_term_id,
                tables_of_points.period_month,
                tickets.ticket_sla_key
            order by points.penalty_term_id collate "C"
        ) as position
    from {{ ref('int_penalty__lines') }} as tables_of_points
    inner join {{ ref('int_penalty__lines') }} as points
        on
            tables_of_points.penalty_kind = 'points_band'
            and points.role_code = 'points'
            and tables_of_points.contract_id = points.contract_id
            and tables_of_points.pool_code = points.pool_code
            and tables_of_points.period_month = points.period_month
    inner join {{ ref('int_penalty__line_tickets') }} as tickets
        on
            points.contract_id = tickets.contract_id
            and points.penalty_term_id = tickets.penalty_term_id
            and points.period_month = tickets.period_month
),

-- Behind a table of points stand the tickets that gave the points, each once.
evidence as (
    {%- set columns = [
        'ticket_sla_key', 'ticket_key', 'service_level_id', 'overdue_seconds', 'borne_share', 'is_relieved', 'uncapped_amount',
        'amount', 'status_code', 'breached_at', 'contract_id', 'period_month',
    ] | join(',\n        ') %}
    select
        {{ columns }},
        penalty_term_id as line_term_id,
        unit_count
    from {{ ref('int_penalty__line_tickets') }}
    union all
    select
        {{ columns }},
        line_term_id,
        points as unit_count
    from points_tickets
    where position = 1
)

select
    {{ surrogate_key(['evidence.contract_id', 'evidence.line_term_id', 'evidence.period_month', 'evidence.ticket_sla_key']) }}
        as penalty_ticket_key,
    {{ surrogate_key(['evidence.contract_id', 'evidence.line_term_id', 'evidence.period_month']) }} as penalty_key,
    evidence.contract_id,
    evidence.line_term_id as penalty_term_id,
    evidence.period_month,
    lines.currency_code,
    evidence.ticket_sla_key,
    evidence.ticket_key,
    tickets.source_system,
    tickets.ticket_id,
    evidence.service_level_id,
    evidence.overdue_seconds,
    evidence.borne_share,
    evidence.is_relieved,
    evidence.unit_count,
    evidence.uncapped_amount,
    evidence.amount,
    evidence.status_code,
    evidence.breached_at,
    tickets._source_file,
    tickets._source_row_number
from evidence
inner join {{ ref('int_penalty__lines') }} as lines
    on
        evidence.contract_id = lines.contract_id
        and evidence.line_term_id = lines.penalty_term_id
        and evidence.period_month = lines.period_month
inner join {{ ref('int_ticket__current') }} as tickets
    on evidence.ticket_key = tickets.ticket_key
