-- Grain: one row per supplier, kind of period, period and criterion, by the card's way of putting months together
with months_weighed as (
    select
        cards.supplier_id,
        cards.period_kind_code,
        cards.period_from,
        cards.minimum_case_count,
        months.period_from as period_month,
        months.criterion_id,
        months.numerator,
        months.denominator,
        months.case_count,
        months.weight_share,
        months.score,
        months.status_code,
        months.is_card_scored,
        case
            when not months.is_card_scored then 0
            when cards.fade_out_months is not null then greatest(cards.fade_out_months - age.month_count, 0)
            else cards.month_weight_ratio ^ age.month_count
        end as month_weight
    from {{ ref('int_score__cards') }} as cards
    inner join {{ ref('int_score__pooled') }} as months
        on
            cards.supplier_id = months.supplier_id
            and months.period_kind_code = 'month'
            and cards.period_from <= months.period_from
            and cards.period_to > months.period_from
    cross join
        lateral (
            select extract(year from gap.length)::integer * 12 + extract(month from gap.length)::integer as month_count
            from (select age(cards.last_month, months.period_from) as length) as gap
        ) as age
    where cards.combine_policy = 'weighted_months'
),

-- What weighs nothing counts for nothing, also among the cases behind a card.
months_counted as (
    select
        months_weighed.*,
        status_code = 'scored' and is_card_scored and month_weight > 0 as is_counted
    from months_weighed
),

-- A month that has no score, or none that counts, is left out: it is neither 0 nor 100.
month_weights as (
    select
        supplier_id,
        period_kind_code,
        period_from,
        sum(month_weight) as month_weight
    from (
        select distinct
            supplier_id,
            period_kind_code,
            period_from,
            period_month,
            month_weight
        from months_weighed
    ) as each_month
    group by supplier_id, period_kind_code, period_from
),

averaged as (
    select
        supplier_id,
        period_kind_code,
        period_from,
        minimum_case_count,
        criterion_id,
        max(period_month) as newest_month,
        {{ sum_of_months('numerator', 'is_counted') }} as numerator,
        sum(denominator) filter (where is_counted) as denominator,
        coalesce(sum(case_count) filter (where is_counted), 0) as case_count,
        case
            when bool_or(is_counted) then 'scored'
            when bool_or(status_code = 'bands_invalid') then 'bands_invalid'
            when bool_or(status_code <> 'no_data') then 'below_minimum_sample'
            else 'no_data'
        end as status_code,
        sum(month_weight * weight_share * score) as weighted_sum,
        sum(month_weight * weight_share) as share_sum,
        avg(score) filter (where is_counted) as plain_mean
    from months_counted
    group by supplier_id, period_kind_code, period_from, minimum_case_count, criterion_id
),

put_together as (
    select pooled.*
    from {{ ref('int_score__pooled') }} as pooled
    inner join {{ ref('int_score__cards') }} as cards
        on
            pooled.supplier_id = cards.supplier_id
            and pooled.period_kind_code = cards.period_kind_code
            and pooled.period_from = cards.period_from
    where cards.combine_policy = 'pooled'
    union all
    -- Words and weights are those of the newest month that has the criterion.
    select
        averaged.supplier_id,
        averaged.period_kind_code,
        averaged.period_from,
        averaged.criterion_id,
        newest.criterion_name,
        newest.criterion_name_zh,
        newest.measure_code,
        newest.filter_code,
        newest.normalisation_code,
        newest.floor_value,
        newest.target_value,
        newest.minimum_sample,
        newest.weight,
        averaged.numerator,
        averaged.denominator,
        averaged.case_count,
        averaged.numerator / nullif(averaged.denominator, 0) as measured_value,
        averaged.status_code,
        -- One that weighs nothing has a score nevertheless.
        case
            when averaged.status_code = 'scored'
                then coalesce(averaged.weighted_sum / nullif(averaged.share_sum, 0), averaged.plain_mean)
        end as score,
        case when averaged.status_code = 'scored' then averaged.share_sum / nullif(month_weights.month_weight, 0) end
            as weight_share,
        coalesce(sum(averaged.case_count) filter (where averaged.status_code = 'scored') over of_card, 0)
        >= averaged.minimum_case_count
        and month_weights.month_weight > 0 as is_card_scored
    from averaged
    inner join month_weights
        on
            averaged.supplier_id = month_weights.supplier_id
            and averaged.period_kind_code = month_weights.period_kind_code
            and averaged.period_from = month_weights.period_from
    inner join {{ ref('int_score__pooled') }} as newest
        on
            averaged.supplier_id = newest.supplier_id
            and newest.period_kind_code = 'month'
            and averaged.newest_month = newest.period_from
            and averaged.criterion_id = newest.criterion_id
    window of_card as (partition by averaged.supplier_id, averaged.period_kind_code, averaged.period_from)
),

-- Shares are cut, to 10 places and to whole hundredths of a percent, and what is then missing to the whole goes,
-- one unit each, to the largest remainders.
measured_out as (
    select
        put_together.*,
        round(weight_share, 16) * 10000000000 as exact_units,
        round(weight_share, 16) * 10000 as exact_paper_units
    from put_together
),

cut as (
    select
        measured_out.*,
        floor(exact_units) as units,
        floor(exact_paper_units) as paper_units,
        row_number() over (
            partition by supplier_id, period_kind_code, period_from
            order by exact_units - floor(exact_units) desc nulls last, criterion_id
        ) as unit_position,
        row_number() over (
            partition by supplier_id, period_kind_code, period_from
            order by exact_paper_units - floor(exact_paper_units) desc nulls last, criterion_id
        ) as paper_unit_position
    from measured_out
),

apportioned as (
    select
        cut.*,
        (units + (unit_position <= 10000000000 - sum(units) over of_card)::integer) / 10000000000 as effective_weight_ratio,
        (paper_units + (paper_unit_position <= 10000 - sum(paper_units) over of_card)::integer) / 100 as effective_weight_percent
    from cut
    window of_card as (partition by supplier_id, period_kind_code, period_from)
)

select
    supplier_id,
    period_kind_code,
    period_from,
    criterion_id,
    criterion_name,
    criterion_name_zh,
    measure_code,
    filter_code,
    normalisation_code,
    floor_value,
    target_value,
    minimum_sample,
    weight,
    numerator,
    denominator,
    case_count,
    measured_value,
    status_code,
    round(effective_weight_ratio, 10) as effective_weight_ratio,
    round(effective_weight_percent, 2) as effective_weight_percent,
    round(score, 10) as score,
    round(round(score, 10) * effective_weight_ratio, 10) as weighted_score,
    is_card_scored
from apportioned
