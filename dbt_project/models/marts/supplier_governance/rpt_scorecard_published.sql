-- Grain: one row per frozen version of a scorecard
select
    published.scorecard_number,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    published.supplier_id,
    published.period_kind_code,
    published.period_from,
    published.version,
    published.is_newest_version,
    published.published_at,
    published.publication_id,
    published.revision_reason,
    published.score as published_score,
    published.status_code as published_status_code,
    published.band_code as published_band_code,
    cards.score as current_score,
    cards.status_code as current_status_code,
    cards.band_code as current_band_code,
    cards.score - published.score as score_difference,
    (
        coalesce(cards.figures_hash, '') <> published.figures_hash
        or coalesce(cards.score, -1) <> coalesce(published.score, -1)
        or coalesce(cards.status_code, '') <> published.status_code
        or coalesce(cards.band_code, '') <> coalesce(published.band_code, '')
    ) as is_changed_since_publication,
    coalesce(answered.response_kind, 'none') as response_kind,
    answered.criterion_id as response_criterion_id,
    answered.responded_at,
    answered.reason as response_reason,
    published.card_hash,
    run.as_of
from {{ ref('stg_governance__scorecards') }} as published
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        published.supplier_id = suppliers.supplier_id
        and suppliers.is_current
left join {{ ref('fct_supplier_period_scorecard') }} as cards
    on
        published.supplier_id = cards.supplier_id
        and published.period_kind_code = cards.period_kind_code
        and published.period_from = cards.period_from
left join lateral (
    select responses.*
    from {{ ref('stg_governance__scorecard_responses') }} as responses
    where
        responses.supplier_id = published.supplier_id
        and responses.period_kind = published.period_kind_code
        and responses.period_from = published.period_from
        and responses.responded_at >= published.published_at
        and responses.responded_at < coalesce(published.replaced_at, 'infinity')
        and responses.responded_at <= run.as_of
    order by responses.responded_at desc
    limit 1
) as answered on true
