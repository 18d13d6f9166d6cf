-- Grain: one row per line and missed ticket behind it, with what the ticket costs by itself where the clause is priced by ticket
with missed as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        lines.service_level_id,
        lines.basis_code,
        lines.penalty_kind,
        lines.amount as unit_amount,
        lines.points,
        lines.ticket_cap_amount,
        lines.unit_rounding,
        lines.late_unit_minutes,
        lines.rounding_digits,
        lines.rounding_place,
        lines.small_volume_policy,
        counts.is_small_volume,
        counts.is_carried_forward,
        measurements.ticket_sla_key,
        measurements.ticket_key,
        measurements.status_code,
        measurements.breached_at,
        measurements.borne_share,
        -- A miss that is certain although its clock cannot be told to the end is late by a second at least.
        greatest(coalesce(measurements.elapsed_seconds - measurements.target_seconds, 1), 1) as overdue_seconds,
        row_number() over (
            partition by lines.contract_id, lines.penalty_term_id, lines.period_month
            order by measurements.breached_at, measurements.ticket_key collate "C", measurements.ticket_sla_key collate "C"
        ) as miss_number
    from {{ ref('int_penalty__lines') }} as lines
    inner join {{ ref('int_penalty__line_counts') }} as counts
        on
            lines.contract_id = counts.contract_id
            and lines.penalty_term_id = counts.penalty_term_id
            and lines.period_month = counts.period_month
    inner join {{ ref('int_sla__measurements') }} as measurements
        on
            lines.contract_id = measurements.contract_id
            and lines.service_level_id = measurements.service_level_id
            and measurements.is_breached
            and lines.period_month >= measurements.period_month
            and measurements.period_month >= case lines.basis_code
                when 'ticket' then counts.missed_from
                when 'window' then counts.failures_from
                else counts.attained_from
            end
),

relieved as (
    select
        missed.*,
        -- Of a period with few tickets the earliest miss is free.
        is_small_volume
        and (small_volume_policy = 'nothing_owed' or (small_volume_policy = 'one_miss_allowed' and miss_number = 1)) as is_relieved
    from missed
),

counted as (
    select
        relieved.*,
        case
            when basis_code <> 'ticket' then null
            when is_carried_forward or coalesce(is_relieved, false) then 0
            when penalty_kind = 'fixed_per_miss' then borne_share
            when penalty_kind = 'points_per_miss' then points * borne_share
            else {{ units_counted('overdue_seconds / (60 * late_unit_minutes)', 'unit_rounding') }}
        end as unit_count
    from relieved
),

priced as (
    select
        counted.*,
        case penalty_kind
            when 'fixed_per_miss' then unit_count * unit_amount
            when 'per_time_late' then unit_count * unit_amount * borne_share
        end as uncapped_amount
    from counted
),

-- A ticket that is measured anew after a reopening is one ticket for its cap; the earlier misses use it up first.
added_up as (
    select
        priced.*,
        sum(uncapped_amount) over (
            partition by contract_id, penalty_term_id, period_month, ticket_key order by miss_number
        ) as ticket_amount
    from priced
),

capped as (
    select
        added_up.*,
        case
            when ticket_cap_amount is null then uncapped_amount
            else least(ticket_amount, ticket_cap_amount) - least(ticket_amount - uncapped_amount, ticket_cap_amount)
        end as capped_amount
    from added_up
)

select
    contract_id,
    penalty_term_id,
    period_month,
    service_level_id,
    ticket_sla_key,
    ticket_key,
    status_code,
    breached_at,
    borne_share,
    overdue_seconds,
    coalesce(is_relieved, false) as is_relieved,
    unit_count,
    uncapped_amount,
    case rounding_place
        when 'ticket' then round(capped_amount, rounding_digits)
        else capped_amount
    end as amount
from capped
