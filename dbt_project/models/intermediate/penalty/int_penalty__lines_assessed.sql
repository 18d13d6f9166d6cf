-- Grain: one row per line, with rate, base, units and multiplier: what it comes to before any cap
with gathered as (
    select
        lines.*,
        failures.attained_from,
        failures.missed_from,
        failures.failures_from,
        coalesce(failures.is_carried_forward, false) as is_carried_forward,
        coalesce(failures.measured_count, points_given.measured_count, 0) as measured_count,
        -- Misses of the tickets that are charged, else of those that the attainment is made of.
        coalesce(
            case lines.basis_code when 'ticket' then failures.missed_count else failures.breached_count end,
            points_given.missed_count,
            0
        ) as missed_count,
        coalesce(failures.excused_count, points_given.excused_count, 0) as excused_count,
        failures.attainment_ratio,
        failures.attainment_target,
        coalesce(failures.is_failed, point_bands.penalty_term_key is not null) as is_failed,
        coalesce(failures.consecutive_failures, 0) as consecutive_failures,
        coalesce(failures.multiplier, 1) as multiplier,
        coalesce(failures.band_from, point_bands.points_from) as band_from,
        coalesce(failures.band_to, point_bands.points_to) as band_to,
        failures.ticket_amount,
        coalesce(failures.band_allocation_ratio, lines.allocation_ratio) as rate_allocation_ratio,
        case lines.basis_code
            when 'ticket' then null
            when 'pool' then point_bands.amount
            else coalesce(failures.band_amount, lines.amount)
        end as rate_amount,
        case lines.basis_code
            when 'pool' then point_bands.fee_ratio
            else coalesce(failures.band_fee_ratio, lines.fee_ratio, case when lines.penalty_kind = 'shortfall' then 1 end)
        end as rate_ratio,
        case lines.penalty_kind
            when 'points_per_miss' then failures.ticket_unit_count * failures.multiplier
            when 'points_per_failure' then failures.is_failed::integer * coalesce(failures.band_points, lines.points) * failures.multiplier
            when 'points_band' then coalesce(points_given.points, 0)
            when 'shortfall' then failures.is_failed::integer * abs(failures.attainment_target - failures.attainment_ratio)
            when 'per_point_below'
                then
                    failures.is_failed::integer
                    * {{ units_counted(
                        'abs(failures.attainment_target - failures.attainment_ratio) / lines.point_size',
                        'lines.unit_rounding'
                    ) }}
            when 'repeated_failures'
                then case lines.failure_unit
                    when 'month'
                        then failures.failed_months / lines.failures_needed - failures.failed_months_before / lines.failures_needed
                    else div(failures.failed_tickets, lines.failures_needed) - div(failures.failed_tickets_before, lines.failures_needed)
                end
            else case lines.basis_code when 'ticket' then failures.ticket_unit_count else failures.is_failed::integer end
        end as unit_count,
        fees.fee_amount
    from {{ ref('int_penalty__lines') }} as lines
    left join {{ ref('int_penalty__failures') }} as failures
        on
            lines.contract_id = failures.contract_id
            and lines.penalty_term_id = failures.penalty_term_id
            and lines.period_month = failures.period_month
    left join {{ ref('int_penalty__points') }} as points_given
        on
            lines.penalty_kind = 'points_band'
            and lines.contract_id = points_given.contract_id
            and lines.pool_code = points_given.pool_code
            and lines.period_month = points_given.period_month
    left join lateral (
        select bands.*
        from {{ ref('int_register__penalty_term_versions') }} as bands
        where
            lines.penalty_kind = 'points_band'
            and bands.contract_id = lines.contract_id
            and bands.penalty_term_id = lines.penalty_term_id
            and lines.terms_on >= bands.valid_from
            and lines.terms_on < bands.valid_to
            and coalesce(points_given.points, 0) >= bands.points_from
            and (bands.points_to is null or coalesce(points_given.points, 0) < bands.points_to)
        order by bands.points_from desc
        limit 1
    ) as point_bands on true
    left join lateral (
        select sum(monthly_fees.fee_amount) as fee_amount
        from {{ ref('int_penalty__monthly_fees') }} as monthly_fees
        where
            monthly_fees.contract_id = lines.contract_id
            and monthly_fees.fee_basis = lines.fee_basis
            and (lines.fee_basis = 'contract' or monthly_fees.service_code = failures.service_code)
            and monthly_fees.period_month between lines.fees_from and lines.period_month
    ) as fees on true
),

rated as (
    select
        gathered.*,
        role_code = 'charge' and basis_code <> 'ticket' and rate_amount is null as is_fee_based,
        -- Divisions that do not end are cut after the twelfth place, so that a half cent made of thirds is one again.
        round(case
            when role_code = 'points' then 0
            when basis_code = 'ticket' then ticket_amount
            when unit_count = 0 then 0
            -- The points choose the band, they do not multiply it.
            when basis_code = 'pool'
                then case when is_failed then coalesce(rate_amount, rate_ratio * fee_amount) else 0 end
            else unit_count * coalesce(rate_amount, rate_ratio * coalesce(rate_allocation_ratio, 1) * fee_amount)
        end, 12) as assessed_amount
    from gathered
),

multiplied as (
    select
        rated.*,
        -- Without the fee nothing can be said; an amount of zero needs none.
        is_fee_based
        and coalesce(unit_count, 0) > 0
        and (is_failed or basis_code = 'window')
        and rate_ratio > 0
        and fee_amount is null as is_fee_missing,
        coalesce(assessed_amount, 0) * case when role_code = 'points' then 1 else multiplier end as after_multiplier_amount
    from rated
)

select
    multiplied.*,
    case
        when minimum_policy = 'raise_to' and after_multiplier_amount > 0 then greatest(after_multiplier_amount, minimum_amount)
        else after_multiplier_amount
    end as multiplied_amount
from multiplied
