-- Grain: one row per line of a clause about a service level, with the counts that it is judged on
with spans as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        lines.service_level_id,
        lines.small_volume_below,
        lines.period_from,
        -- Attainment over the window, misses of the period; what was carried forward takes the place of both.
        coalesce(
            carried.counted_from,
            case
                when lines.window_months = lines.period_months then lines.period_from
                else {{ months_before('lines.period_month', 'lines.window_months - 1') }}
            end
        ) as attained_from,
        coalesce(carried.counted_from, lines.period_from) as missed_from,
        {{ months_before('lines.period_month', 'lines.failure_months - 1') }} as failures_from,
        coalesce(carried.is_carried_forward, false) as is_carried_forward
    from {{ ref('int_penalty__lines') }} as lines
    left join {{ ref('int_penalty__carried_periods') }} as carried
        on
            lines.contract_id = carried.contract_id
            and lines.penalty_term_id = carried.penalty_term_id
            and lines.period_month = carried.period_month
    where lines.service_level_id is not null
),

counted as (
    select
        spans.contract_id,
        spans.penalty_term_id,
        spans.period_month,
        coalesce(sum(level_months.measured_count) filter (where level_months.period_month >= spans.attained_from), 0) as measured_count,
        coalesce(sum(level_months.breached_count) filter (where level_months.period_month >= spans.attained_from), 0) as breached_count,
        coalesce({{ sum_of_months('level_months.attained_quantity', 'level_months.period_month >= spans.attained_from') }}, 0)
            as attained_quantity,
        coalesce(sum(level_months.measured_quantity) filter (where level_months.period_month >= spans.attained_from), 0)
            as measured_quantity,
        coalesce(sum(level_months.breached_count) filter (where level_months.period_month >= spans.missed_from), 0) as missed_count,
        coalesce(sum(level_months.excused_count) filter (where level_months.period_month >= spans.missed_from), 0) as excused_count,
        coalesce(sum(level_months.breached_count) filter (where level_months.period_month >= spans.failures_from), 0) as failed_tickets,
        coalesce(
            sum(level_months.breached_count) filter (
                where level_months.period_month >= spans.failures_from
                and level_months.period_month < spans.period_from
            ),
            0
        ) as failed_tickets_before,
        count(*) filter (where level_months.is_missed and level_months.period_month >= spans.failures_from) as failed_months,
        count(*) filter (
            where level_months.is_missed
            and level_months.period_month >= spans.failures_from
            and level_months.period_month < spans.period_from
        ) as failed_months_before
    from spans
    left join {{ ref('int_penalty__level_months') }} as level_months
        on
            spans.contract_id = level_months.contract_id
            and spans.service_level_id = level_months.service_level_id
            and level_months.period_month >= least(spans.attained_from, spans.missed_from, spans.failures_from)
            and spans.period_month >= level_months.period_month
    group by spans.contract_id, spans.penalty_term_id, spans.period_month
)

select
    spans.contract_id,
    spans.penalty_term_id,
    spans.period_month,
    spans.service_level_id,
    spans.attained_from,
    spans.missed_from,
    spans.failures_from,
    spans.is_carried_forward,
    coalesce(counted.measured_count < spans.small_volume_below, false) as is_small_volume,
    counted.measured_count,
    counted.breached_count,
    counted.missed_count,
    counted.excused_count,
    counted.failed_tickets,
    counted.failed_tickets_before,
    counted.failed_months,
    counted.failed_months_before,
    counted.attained_quantity / nullif(counted.measured_quantity, 0) as attainment_ratio,
    of_month.attainment_target,
    coalesce(of_month.target_direction, 'at_least') as target_direction,
    counted.measured_count >= greatest(coalesce(of_month.minimum_sample, 1), 1) as has_sample,
    of_month.service_code
from spans
inner join counted
    on
        spans.contract_id = counted.contract_id
        and spans.penalty_term_id = counted.penalty_term_id
        and spans.period_month = counted.period_month
left join {{ ref('int_penalty__level_months') }} as of_month
    on
        spans.contract_id = of_month.contract_id
        and spans.service_level_id = of_month.service_level_id
        and spans.period_month = of_month.period_month
