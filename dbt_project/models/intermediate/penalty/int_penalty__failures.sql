-- Grain: one row per line of a clause about a service level, with whether it fails, how often in a row, and by which factor it then costs
with ticket_sums as (
    select
        contract_id,
        penalty_term_id,
        period_month,
        count(*) filter (where not is_relieved) as charged_count,
        coalesce(sum(unit_count), 0) as unit_count,
        coalesce(sum(amount), 0) as amount
    from {{ ref('int_penalty__line_tickets') }}
    group by contract_id, penalty_term_id, period_month
),

judged as (
    select
        counts.*,
        lines.period_from,
        lines.basis_code,
        lines.penalty_kind,
        lines.repeat_multiplier,
        lines.repeat_growth,
        lines.repeat_maximum,
        bands.penalty_term_key as band_term_key,
        bands.attainment_from as band_from,
        bands.attainment_to as band_to,
        bands.fee_ratio as band_fee_ratio,
        bands.amount as band_amount,
        bands.points as band_points,
        bands.allocation_ratio as band_allocation_ratio,
        coalesce(ticket_sums.charged_count, 0) as charged_count,
        coalesce(ticket_sums.unit_count, 0) as ticket_unit_count,
        coalesce(ticket_sums.amount, 0) as ticket_amount,
        coalesce(case
            when counts.is_carried_forward or counts.measured_count = 0 or not counts.has_sample then false
            when counts.is_small_volume and lines.small_volume_policy = 'nothing_owed' then false
            when counts.is_small_volume and lines.small_volume_policy = 'one_miss_allowed' and counts.breached_count <= 1 then false
            when lines.attainment_from is not null then coalesce(bands.fee_ratio, bands.amount, bands.points) > 0
            when counts.attainment_target is not null
                then {{ misses_target('counts.attainment_ratio', 'counts.attainment_target', 'counts.target_direction') }}
            else lines.basis_code = 'ticket' and coalesce(ticket_sums.charged_count, 0) > 0
        end, false) as is_failed
    from {{ ref('int_penalty__line_counts') }} as counts
    inner join {{ ref('int_penalty__lines') }} as lines
        on
            counts.contract_id = lines.contract_id
            and counts.penalty_term_id = lines.penalty_term_id
            and counts.period_month = lines.period_month
    -- At most one band of a clause holds an attainment; of two that overlap, the upper one.
    left join lateral (
        select terms.*
        from {{ ref('int_register__penalty_term_versions') }} as terms
        where
            terms.contract_id = lines.contract_id
            and terms.penalty_term_id = lines.penalty_term_id
            and lines.terms_on >= terms.valid_from
            and lines.terms_on < terms.valid_to
            and counts.attainment_ratio >= terms.attainment_from
            and (terms.attainment_to is null or counts.attainment_ratio < terms.attainment_to)
        order by terms.attainment_from desc
        limit 1
    ) as bands on true
    left join ticket_sums
        on
            counts.contract_id = ticket_sums.contract_id
            and counts.penalty_term_id = ticket_sums.penalty_term_id
            and counts.period_month = ticket_sums.period_month
),

-- A period that did not fail ends the row; one that was carried forward is part of the next.
rows_of_failures as (
    select
        judged.*,
        count(*) filter (where not is_failed and not is_carried_forward)
            over (partition by contract_id, penalty_term_id order by period_month) as row_number
    from judged
),

numbered as (
    select
        rows_of_failures.*,
        case
            when is_failed
                then count(*) filter (where is_failed) over (partition by contract_id, penalty_term_id, row_number order by period_month)
            else 0
        end as consecutive_failures
    from rows_of_failures
)

select
    numbered.*,
    case
        when consecutive_failures < 2 or repeat_multiplier is null then 1
        else least(
            case repeat_growth
                when 'added' then 1 + (repeat_multiplier - 1) * (consecutive_failures - 1)
                when 'compounded' then repeat_multiplier ^ (consecutive_failures - 1)
                else repeat_multiplier
            end,
            repeat_maximum
        )
    end as multiplier
from numbered
