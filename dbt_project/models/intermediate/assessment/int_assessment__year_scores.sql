-- Grain: one row per supplier and calendar year of which a month has ended: its score, its standing, and the scores of its halves
-- The months that have ended, each counting alike.
select
    supplier_id,
    extract(year from period_month)::integer as assessment_year,
    round(avg(score), 2) as score,
    case when count(score) = 0 then 'no_data' else 'scored' end as status_code,
    null::text as band_code,
    null::text as band_name,
    null::text as band_name_zh,
    count(score)::integer as scored_month_count,
    round(avg(score) filter (where extract(month from period_month) <= 6), 2) as first_half_score,
    round(avg(score) filter (where extract(month from period_month) > 6), 2) as second_half_score
from {{ ref('fct_supplier_scorecard') }}
where is_period_complete
group by supplier_id, extract(year from period_month)
