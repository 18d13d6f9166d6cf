-- Grain: one row per penalty line, with what it comes to by today's knowledge and the ends between which it may move, before caps
with lines as (
    select
        settled.*,
        -- A month is accrued before its fee is billed: the newest fee known stands in.
        coalesce(settled.fee_amount, assumed.fee_amount * settled.fee_month_count) as base_fee_amount,
        settled.fee_amount is null and assumed.fee_amount is not null as is_fee_assumed,
        coalesce(running.running_count, 0) as running_count,
        coalesce(running.late_count, 0) as late_count,
        coalesce(running.further_late_amount, 0) as further_late_amount,
        running.lowest_ratio,
        running.highest_ratio,
        coalesce(level_months.target_direction, 'at_least') as target_direction
    from {{ ref('int_penalty__lines_settled') }} as settled
    left join {{ ref('int_accrual__running_tickets') }} as running
        on
            settled.contract_id = running.contract_id
            and settled.penalty_term_id = running.penalty_term_id
            and settled.period_month = running.period_month
    left join {{ ref('int_penalty__level_months') }} as level_months
        on
            settled.contract_id = level_months.contract_id
            and settled.service_level_id = level_months.service_level_id
            and settled.period_month = level_months.period_month
    left join lateral (
        select monthly_fees.fee_amount
        from {{ ref('int_penalty__monthly_fees') }} as monthly_fees
        where
            settled.fee_amount is null
            and monthly_fees.contract_id = settled.contract_id
            and monthly_fees.fee_basis = settled.fee_basis
            and (settled.fee_basis = 'contract' or monthly_fees.service_code = level_months.service_code)
            and monthly_fees.period_month < settled.period_month
        order by monthly_fees.period_month desc
        limit 1
    ) as assumed on true
    where settled.role_code = 'charge'
),

-- What a clause about attainment costs where all that still runs is met, and where all of it is missed.
ends as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        max(rated.amount) filter (where given.is_lowest) as at_lowest_amount,
        max(rated.amount) filter (where not given.is_lowest) as at_highest_amount
    from lines
    cross join lateral (values (lines.lowest_ratio, true), (lines.highest_ratio, false)) as given (ratio, is_lowest)
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            lines.contract_id = terms.contract_id
            and lines.penalty_term_id = terms.penalty_term_id
            and lines.period_month >= terms.valid_from
            and lines.period_month < terms.valid_to
            and (
                terms.attainment_from is null
                or (given.ratio >= terms.attainment_from and (terms.attainment_to is null or given.ratio < terms.attainment_to))
            )
    cross join lateral (select greatest(lines.attainment_target - given.ratio, 0) as missing_ratio) as gap
    cross join
        lateral (
            select
                case
                    when terms.attainment_from is not null then 1
                    when lines.penalty_kind = 'shortfall' then gap.missing_ratio
                    when lines.penalty_kind = 'per_point_below'
                        then {{ units_counted('gap.missing_ratio / lines.point_size', 'lines.unit_rounding') }}
                    else (given.ratio < lines.attainment_target)::integer
                end
                * coalesce(terms.amount, coalesce(terms.fee_ratio, 1) * coalesce(terms.allocation_ratio, 1) * lines.base_fee_amount)
                * lines.multiplier as amount
        ) as rated
    where lines.basis_code = 'level' and lines.running_count > 0
    group by lines.contract_id, lines.penalty_term_id, lines.period_month
)

select
    lines.*,
    case
        when lines.is_fee_missing
            then
                lines.multiplier * lines.rate_ratio * coalesce(lines.allocation_ratio, 1) * lines.base_fee_amount
                * case lines.basis_code when 'pool' then 1 else lines.unit_count end
        else lines.multiplied_amount
    end as present_amount,
    case
        when lines.basis_code = 'ticket' then lines.multiplied_amount
        else coalesce(ends.at_highest_amount, 0)
    end as least_amount,
    case
        when lines.basis_code = 'ticket'
            then lines.multiplied_amount + lines.multiplier * (lines.running_count * lines.amount + lines.further_late_amount)
        else coalesce(ends.at_lowest_amount, 0)
    end as most_amount,
    lines.basis_code in ('ticket', 'level')
    and lines.running_count + lines.late_count > 0
    -- Tickets are met or missed; what must stay below a target is measured otherwise and does not run.
    and lines.target_direction = 'at_least'
    and not lines.is_carried_forward as is_moving
from lines
left join ends
    on
        lines.contract_id = ends.contract_id
        and lines.penalty_term_id = ends.penalty_term_id
        and lines.period_month = ends.period_month
