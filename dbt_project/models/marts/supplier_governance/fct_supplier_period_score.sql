-- Grain: one row per supplier, kind of period (month, quarter, year), period and score criterion
with compared as (
    select
        scores.*,
        cards.supplier_key,
        cards.period_to,
        cards.is_period_complete,
        before.measured_value as previous_measured_value,
        before.effective_weight_ratio as previous_effective_weight_ratio,
        before.score as previous_score,
        before.weighted_score as previous_weighted_score,
        -- Between two cards that have a score; a criterion that is not scored weighs nothing in its card.
        case
            when scores.is_card_scored and earlier.is_card_scored and num_nonnulls(scores.weighted_score, before.weighted_score) > 0
                then coalesce(scores.weighted_score, 0) - coalesce(before.weighted_score, 0)
        end as change_points
    from {{ ref('int_score__criterion_scores') }} as scores
    inner join {{ ref('int_score__cards') }} as cards
        on
            scores.supplier_id = cards.supplier_id
            and scores.period_kind_code = cards.period_kind_code
            and scores.period_from = cards.period_from
    left join {{ ref('int_score__criterion_scores') }} as before
        on
            cards.supplier_id = before.supplier_id
            and cards.period_kind_code = before.period_kind_code
            and cards.previous_period_from = before.period_from
            and scores.criterion_id = before.criterion_id
    left join (
        select distinct
            supplier_id,
            period_kind_code,
            period_from,
            is_card_scored
        from {{ ref('int_score__criterion_scores') }}
    ) as earlier
        on
            cards.supplier_id = earlier.supplier_id
            and cards.period_kind_code = earlier.period_kind_code
            and cards.previous_period_from = earlier.period_from
),

-- The change of a product is halved fairly: the score's change at the mean weight, the weight's change at the mean score.
explained as (
    select
        compared.*,
        case
            when change_points is not null
                then
                    coalesce(
                        round((score - previous_score) * (effective_weight_ratio + previous_effective_weight_ratio) / 2, 10), 0
                    )
        end as change_by_value
    from compared
)

select
    {{ surrogate_key(['explained.supplier_id', 'explained.period_kind_code', 'explained.period_from', 'explained.criterion_id']) }}
        as supplier_period_score_key,
    explained.supplier_key,
    explained.supplier_id,
    explained.period_kind_code,
    explained.period_from,
    explained.period_to,
    explained.is_period_complete,
    explained.criterion_id,
    explained.criterion_name,
    explained.criterion_name_zh,
    explained.measure_code,
    explained.filter_code,
    explained.case_count::bigint as case_count,
    explained.numerator,
    explained.denominator,
    explained.measured_value,
    explained.normalisation_code,
    explained.floor_value,
    explained.target_value,
    explained.minimum_sample,
    explained.weight,
    explained.effective_weight_ratio,
    explained.effective_weight_percent,
    explained.score,
    explained.weighted_score,
    explained.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    explained.previous_measured_value,
    explained.previous_effective_weight_ratio,
    explained.previous_score,
    explained.previous_weighted_score,
    explained.change_points,
    explained.change_by_value,
    explained.change_points - explained.change_by_value as change_by_weight,
    case
        when explained.change_points <> 0
            then row_number() over (
                partition by explained.supplier_id, explained.period_kind_code, explained.period_from
                order by abs(explained.change_points) desc nulls last, explained.criterion_id
            )
    end::integer as mover_rank,
    explained.is_card_scored,
    run.as_of
from explained
inner join {{ ref('supplier_score_status') }} as statuses
    on explained.status_code = statuses.code
cross join {{ ref('stg_ops__run') }} as run
