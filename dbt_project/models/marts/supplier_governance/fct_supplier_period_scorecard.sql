-- Grain: one row per supplier, kind of period (month, quarter, year) and period with agreed criteria
with totals as (
    select
        supplier_id,
        period_kind_code,
        period_from,
        count(*)::integer as criterion_count,
        count(score)::integer as scored_criterion_count,
        coalesce(sum(case_count) filter (where score is not null), 0)::bigint as case_count,
        bool_or(status_code in ('scored', 'below_minimum_sample')) as has_cases,
        bool_or(status_code = 'bands_invalid') as has_invalid_bands,
        case when bool_and(is_card_scored) then round(sum(weighted_score), 2) end as score,
        round(sum(change_by_value), 2) as change_by_value,
        min(criterion_id) filter (where mover_rank = 1) as top_mover_criterion_id,
        min(change_points) filter (where mover_rank = 1) as top_mover_change_points,
        -- What the score is made of: as long as it is the same, the card says the same.
        md5(
            string_agg(
                concat_ws(
                    '|', criterion_id, status_code, trim_scale(numerator), trim_scale(denominator), case_count,
                    trim_scale(effective_weight_ratio), trim_scale(score)
                ),
                e'\n' order by criterion_id
            )
        ) as figures_hash
    from {{ ref('fct_supplier_period_score') }}
    group by supplier_id, period_kind_code, period_from
),

judged as (
    select
        totals.*,
        cards.supplier_key,
        cards.category_code,
        cards.period_to,
        cards.previous_period_from,
        cards.is_period_complete,
        cards.combine_policy,
        cards.minimum_case_count,
        cards.publish_due_date,
        case
            when not cards.is_period_complete then 'not_ended'
            when totals.score is not null then 'scored'
            when totals.has_cases then 'too_small'
            when totals.has_invalid_bands then 'bands_invalid'
            else 'no_data'
        end as status_code
    from totals
    inner join {{ ref('int_score__cards') }} as cards
        on
            totals.supplier_id = cards.supplier_id
            and totals.period_kind_code = cards.period_kind_code
            and totals.period_from = cards.period_from
),

ranked as (
    select
        judged.*,
        case when status_code = 'scored' then rank() over (of_category order by score desc) end::integer as category_rank,
        (count(*) over of_category)::integer as ranked_count
    from judged
    window of_category as (partition by period_kind_code, period_from, category_code, status_code = 'scored')
),

-- Bands of the supplier's own category take the place of the general ones as a set.
band_sets as (
    select
        ranked.supplier_id,
        ranked.period_kind_code,
        ranked.period_from,
        bands.band_code,
        bands.band_name,
        bands.band_name_zh,
        bands.consequence_code,
        bands.is_set_valid,
        bands.supplier_category_code is not null as is_own_category,
        bool_or(bands.supplier_category_code is not null) over (
            partition by ranked.supplier_id, ranked.period_kind_code, ranked.period_from
        ) as has_own_category,
        -- The 100 belongs to the band that ends there.
        ranked.score >= bands.score_from
        and (ranked.score < bands.score_to or (ranked.score = 100 and bands.score_to = 100)) as is_fitting
    from ranked
    inner join {{ ref('int_score__standing_bands') }} as bands
        on
            ranked.period_from >= bands.set_from
            and ranked.period_from < bands.set_to
            and (bands.supplier_category_code is null or ranked.category_code = bands.supplier_category_code)
),

standings as (
    select
        supplier_id,
        period_kind_code,
        period_from,
        bool_and(is_set_valid) as is_set_valid,
        min(band_code) filter (where is_fitting and is_set_valid) as band_code,
        min(band_name) filter (where is_fitting and is_set_valid) as band_name,
        min(band_name_zh) filter (where is_fitting and is_set_valid) as band_name_zh,
        min(consequence_code) filter (where is_fitting and is_set_valid) as consequence_code
    from band_sets
    where is_own_category = has_own_category
    group by supplier_id, period_kind_code, period_from
),

responses as (
    select distinct on (responses.supplier_id, responses.period_kind, responses.period_from)
        responses.supplier_id,
        responses.period_kind as period_kind_code,
        responses.period_from,
        responses.response_kind,
        responses.criterion_id,
        responses.responded_at
    from {{ ref('stg_governance__scorecard_responses') }} as responses
    cross join {{ ref('stg_ops__run') }} as run
    where responses.responded_at <= run.as_of
    order by responses.supplier_id, responses.period_kind, responses.period_from, responses.responded_at desc
)

select
    {{ surrogate_key(['ranked.supplier_id', 'ranked.period_kind_code', 'ranked.period_from']) }} as supplier_period_scorecard_key,
    ranked.supplier_key,
    ranked.supplier_id,
    ranked.category_code,
    ranked.period_kind_code,
    ranked.period_from,
    ranked.period_to,
    ranked.is_period_complete,
    ranked.combine_policy,
    ranked.criterion_count,
    ranked.scored_criterion_count,
    ranked.case_count,
    ranked.minimum_case_count,
    ranked.score,
    ranked.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    standings.band_code,
    standings.band_name,
    standings.band_name_zh,
    standings.consequence_code,
    case
        when ranked.score is null then 'not_scored'
        when standings.supplier_id is null then 'no_bands'
        when not standings.is_set_valid then 'bands_invalid'
        else 'placed'
    end as standing_status_code,
    ranked.category_rank,
    case when ranked.category_rank is not null then ranked.ranked_count end as ranked_count,
    before.score as previous_score,
    ranked.score - before.score as change_points,
    case when before.score is not null then ranked.change_by_value end as change_by_value,
    -- The rest, criteria that came or went included.
    ranked.score - before.score - ranked.change_by_value as change_by_weight,
    ranked.top_mover_criterion_id,
    ranked.top_mover_change_points,
    ranked.publish_due_date,
    published.version as published_version,
    published.published_at,
    published.score as published_score,
    published.status_code as published_status_code,
    published.band_code as published_band_code,
    published.version is not null
    and (
        published.figures_hash <> ranked.figures_hash
        or published.score is distinct from ranked.score
        or published.status_code <> ranked.status_code
        or published.band_code is distinct from standings.band_code
    ) as is_changed_since_publication,
    coalesce(responses.response_kind, 'none') as response_kind,
    responses.criterion_id as response_criterion_id,
    responses.responded_at,
    ranked.figures_hash,
    run.as_of
from ranked
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('scorecard_status') }} as statuses
    on ranked.status_code = statuses.code
left join ranked as before
    on
        ranked.supplier_id = before.supplier_id
        and ranked.period_kind_code = before.period_kind_code
        and ranked.previous_period_from = before.period_from
left join standings
    on
        ranked.supplier_id = standings.supplier_id
        and ranked.period_kind_code = standings.period_kind_code
        and ranked.period_from = standings.period_from
left join {{ ref('stg_governance__scorecards') }} as published
    on
        ranked.supplier_id = published.supplier_id
        and ranked.period_kind_code = published.period_kind_code
        and ranked.period_from = published.period_from
        and published.is_newest_version
-- An answer given before a revision answers what stood then.
left join responses
    on
        ranked.supplier_id = responses.supplier_id
        and ranked.period_kind_code = responses.period_kind_code
        and ranked.period_from = responses.period_from
        and published.published_at <= responses.responded_at
