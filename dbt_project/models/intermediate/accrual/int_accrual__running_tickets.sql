-- Grain: one row per penalty line of a service level with tickets that still run, and what they can do to it
-- At best all that run are met, at worst all are missed; what is late stays late and may cost as much again.
with running as (
    select
        counts.contract_id,
        counts.penalty_term_id,
        counts.period_month,
        sum(levels.running_count) as running_count
    from {{ ref('int_penalty__line_counts') }} as counts
    inner join {{ ref('int_period__service_level_counts') }} as levels
        on
            counts.contract_id = levels.contract_id
            and counts.service_level_id = levels.service_level_id
            and levels.period_month between counts.attained_from and counts.period_month
    group by counts.contract_id, counts.penalty_term_id, counts.period_month
),

late as (
    select
        tickets.contract_id,
        tickets.penalty_term_id,
        tickets.period_month,
        count(*) as late_count,
        sum(greatest(least(2 * tickets.uncapped_amount, lines.ticket_cap_amount) - tickets.amount, 0))
            filter (where lines.penalty_kind = 'per_time_late') as further_amount
    from {{ ref('int_penalty__line_tickets') }} as tickets
    inner join {{ ref('int_penalty__lines') }} as lines
        on
            tickets.contract_id = lines.contract_id
            and tickets.penalty_term_id = lines.penalty_term_id
            and tickets.period_month = lines.period_month
    where tickets.status_code = 'running_past_due'
    group by tickets.contract_id, tickets.penalty_term_id, tickets.period_month
)

select
    counts.contract_id,
    counts.penalty_term_id,
    counts.period_month,
    running.running_count,
    coalesce(late.late_count, 0) as late_count,
    coalesce(late.further_amount, 0) as further_late_amount,
    coalesce(counts.attainment_ratio * counts.measured_count, 0) / nullif(counts.measured_count + running.running_count, 0) as lowest_ratio,
    (coalesce(counts.attainment_ratio * counts.measured_count, 0) + running.running_count)
    / nullif(counts.measured_count + running.running_count, 0) as highest_ratio
from {{ ref('int_penalty__line_counts') }} as counts
inner join running
    on
        counts.contract_id = running.contract_id
        and counts.penalty_term_id = running.penalty_term_id
        and counts.period_month = running.period_month
left join late
    on
        counts.contract_id = late.contract_id
        and counts.penalty_term_id = late.penalty_term_id
        and counts.period_month = late.period_month
where running.running_count > 0 or late.late_count > 0
