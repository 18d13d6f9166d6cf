-- Grain: one row per contract, table of points and month, with the points given
select
    lines.contract_id,
    lines.pool_code,
    lines.period_month,
    sum(
        case lines.penalty_kind
            when 'points_per_miss' then failures.ticket_unit_count
            else coalesce(failures.band_points, lines.points) * failures.is_failed::integer
        end * failures.multiplier
    ) as points,
    sum(failures.measured_count) as measured_count,
    sum(failures.missed_count) as missed_count,
    sum(failures.excused_count) as excused_count
from {{ ref('int_penalty__lines') }} as lines
inner join {{ ref('int_penalty__failures') }} as failures
    on
        lines.contract_id = failures.contract_id
        and lines.penalty_term_id = failures.penalty_term_id
        and lines.period_month = failures.period_month
where lines.role_code = 'points'
group by lines.contract_id, lines.pool_code, lines.period_month
