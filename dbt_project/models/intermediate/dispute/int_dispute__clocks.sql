-- Grain: one row per dispute raised by the instant of the run, with the days until which it could be raised and must be answered
{{ config(materialized='view') }}
-- A view, because it reads finance's books.
with terms as (
    select
        dispute_terms.*,
        {{ effective_valid_to(['contract_id']) }} as effective_to
    from {{ ref('stg_contract_register__dispute_terms') }} as dispute_terms
),

clauses as (
    select distinct on (contract_id, penalty_term_id)
        contract_id,
        penalty_term_id,
        service_level_id,
        clause
    from {{ ref('int_register__penalty_term_versions') }}
    order by contract_id, penalty_term_id, valid_from desc, penalty_term_key
),

disputes as (
    select
        disputes.*,
        clauses.service_level_id,
        clauses.clause,
        coalesce(contracts.time_zone, 'UTC') as time_zone,
        (disputes.disputed_at at time zone coalesce(contracts.time_zone, 'UTC'))::date as raised_date,
        (disputes.answered_at at time zone coalesce(contracts.time_zone, 'UTC'))::date as answered_date,
        (run.as_of at time zone coalesce(contracts.time_zone, 'UTC'))::date as as_of_date,
        run.as_of
    from {{ ref('int_settlement__disputes') }} as disputes
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_register__contracts_latest') }} as contracts
        on disputes.contract_id = contracts.contract_id
    left join clauses
        on
            disputes.contract_id = clauses.contract_id
            and disputes.penalty_term_id = clauses.penalty_term_id
),

-- The lines that it is about, as finance's books had them when it was raised: newest line of each clause and month.
lines as (
    select
        disputes.dispute_id,
        lines.penalty_term_id,
        lines.period_month,
        lines.currency_code,
        max(lines.proposed_at) filter (where lines.amount > 0) as proposed_at,
        case
            when disputes.ticket_key is null then sum(lines.amount)
            else (array_agg(evidence.amount order by lines.line_number desc))[1]
        end as amount
    from disputes
    inner join {{ ref('stg_finance__ledger_lines') }} as lines
        on
            disputes.contract_id = lines.contract_id
            and coalesce(disputes.penalty_term_id, lines.penalty_term_id) = lines.penalty_term_id
            and coalesce(disputes.period_month, lines.period_month) = lines.period_month
            and disputes.disputed_at >= lines.proposed_at
    left join {{ ref('stg_finance__ledger_evidence') }} as evidence
        on
            lines.line_number = evidence.line_number
            and disputes.ticket_key = evidence.ticket_key
    where disputes.ticket_key is null or evidence.line_number is not null
    group by disputes.dispute_id, disputes.ticket_key, lines.penalty_term_id, lines.period_month, lines.currency_code
),

proposed as (
    select
        dispute_id,
        max(proposed_at) as proposed_at,
        case when count(distinct currency_code) = 1 then min(currency_code) end as currency_code,
        case when count(distinct currency_code) = 1 then sum(amount) end as disputed_amount
    from lines
    group by dispute_id
),

-- A miss that a clause prices can be disputed until its line was proposed and as long after; one that costs nothing, after
-- the breach. A miss that was won since is no breach any more: its due instant still tells when it was.
missed as (
    select
        disputes.dispute_id,
        max(coalesce(measurements.breached_at, measurements.due_at)) as breached_at
    from disputes
    inner join {{ ref('int_sla__measurements') }} as measurements
        on
            disputes.ticket_key = measurements.ticket_key
            and disputes.contract_id = measurements.contract_id
            and disputes.disputed_at >= coalesce(measurements.breached_at, measurements.due_at)
    where
        (measurements.is_breached or measurements.status_code = 'excused')
        and disputes.penalty_term_id is null
        and not exists (
            select 1 from {{ ref('int_register__penalty_term_versions') }} as priced
            where
                priced.contract_id = measurements.contract_id
                and priced.service_level_id = measurements.service_level_id
                and measurements.period_month >= date_trunc('month', priced.valid_from)
                and measurements.period_month < priced.valid_to
        )
    group by disputes.dispute_id
),

begun as (
    select
        disputes.*,
        proposed.currency_code,
        proposed.disputed_amount,
        begun_at.window_from_at,
        (begun_at.window_from_at at time zone disputes.time_zone)::date as window_from_date
    from disputes
    left join proposed
        on disputes.dispute_id = proposed.dispute_id
    left join missed
        on disputes.dispute_id = missed.dispute_id
    cross join lateral (select coalesce(proposed.proposed_at, missed.breached_at) as window_from_at) as begun_at
),

limited as (
    select
        begun.*,
        case
            when terms.raise_within_working_days = 0 then begun.window_from_date
            when terms.calendar_id is null then begun.window_from_date + terms.raise_within_working_days
            else {{ working_day_after('terms.calendar_id', 'begun.window_from_date', 'terms.raise_within_working_days') }}
        end as raise_until_date
    from begun
    left join terms
        on
            begun.contract_id = terms.contract_id
            and begun.window_from_date >= terms.valid_from
            and begun.window_from_date < terms.effective_to
),

raised as (
    select
        limited.*,
        coalesce(raised_date > raise_until_date, false) as is_raised_late
    from limited
)

select
    raised.*,
    terms.clause as dispute_clause,
    case
        when raised.is_raised_late then null
        when terms.answer_within_working_days = 0 then raised.raised_date
        when terms.calendar_id is null then raised.raised_date + terms.answer_within_working_days
        else {{ working_day_after('terms.calendar_id', 'raised.raised_date', 'terms.answer_within_working_days') }}
    end as answer_due_date
from raised
left join terms
    on
        raised.contract_id = terms.contract_id
        and raised.raised_date >= terms.valid_from
        and raised.raised_date < terms.effective_to
