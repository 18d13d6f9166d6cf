-- Grain: one row per supplier and calendar year with a scorecard: its score, its standing, and the mean scores of the months of its halves
with halves as (
    select
        supplier_id,
        extract(year from period_from)::integer as assessment_year,
        count(score)::integer as scored_month_count,
        round(avg(score) filter (where extract(month from period_from) <= 6), 2) as first_half_score,
        round(avg(score) filter (where extract(month from period_from) > 6), 2) as second_half_score
    from {{ ref('fct_supplier_period_scorecard') }}
    where
        period_kind_code = 'month'
        and is_period_complete
    group by supplier_id, extract(year from period_from)
)

select
    cards.supplier_id,
    halves.assessment_year,
    cards.score,
    cards.status_code,
    cards.band_code,
    cards.band_name,
    cards.band_name_zh,
    halves.scored_month_count,
    halves.first_half_score,
    halves.second_half_score
from {{ ref('fct_supplier_period_scorecard') }} as cards
inner join halves
    on
        cards.supplier_id = halves.supplier_id
        and extract(year from cards.period_from) = halves.assessment_year
where cards.period_kind_code = 'year'
