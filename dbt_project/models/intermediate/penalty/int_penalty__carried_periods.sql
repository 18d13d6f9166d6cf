-- Grain: one row per line of a clause that carries small volumes forward, with the first month of what it has been given
-- Periods are added up until they hold enough tickets; the next one then starts empty.
with recursive periods as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        lines.period_from,
        lines.small_volume_below,
        lines.is_last_month,
        coalesce(sum(counts.measured_count), 0) as own_count,
        row_number() over (partition by lines.contract_id, lines.penalty_term_id order by lines.period_month) as position
    from {{ ref('int_penalty__lines') }} as lines
    left join {{ ref('int_period__service_level_counts') }} as counts
        on
            lines.contract_id = counts.contract_id
            and lines.service_level_id = counts.service_level_id
            and counts.period_month between lines.period_from and lines.period_month
    where lines.small_volume_policy = 'carry_forward'
    group by
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        lines.period_from,
        lines.small_volume_below,
        lines.is_last_month
),

carried as (
    select
        periods.*,
        periods.period_from as counted_from,
        periods.own_count as carried_count
    from periods
    where periods.position = 1
    union all
    select
        periods.*,
        case
            when carried.carried_count < carried.small_volume_below then carried.counted_from
            else periods.period_from
        end as counted_from,
        case when carried.carried_count < carried.small_volume_below then carried.carried_count else 0 end
        + periods.own_count as carried_count
    from carried
    inner join periods
        on
            carried.contract_id = periods.contract_id
            and carried.penalty_term_id = periods.penalty_term_id
            and carried.position + 1 = periods.position
)

select
    contract_id,
    penalty_term_id,
    period_month,
    counted_from,
    -- With the contract ends the waiting: what there is, is judged.
    carried_count < small_volume_below and not is_last_month as is_carried_forward
from carried
