-- Grain: one row per supplier, month with an answer that counts, measure and questionnaire; numerators and denominators may be added
with months as (
    select
        supplier_id,
        period_month,
        questionnaire_code,
        count(counted_score) as answer_count,
        -- Thirds of a scale are not exact; without the rounding three of them would fall short of one.
        trim_scale(round(sum(counted_score), 10)) as score_sum,
        count(*) filter (where is_satisfied) as satisfied_count,
        count(is_promoter) as nps_answer_count,
        count(*) filter (where is_promoter) - count(*) filter (where is_detractor) as net_promoter_count
    from {{ ref('int_survey__answers_scored') }}
    where answer_status_code = 'counted' and supplier_id is not null
    group by supplier_id, period_month, questionnaire_code
)

select
    months.supplier_id,
    months.period_month,
    measures.measure_code,
    months.questionnaire_code as filter_code,
    measures.numerator,
    measures.denominator::numeric as denominator,
    measures.denominator::numeric as case_count
from months
cross join
    lateral (
        values
        ('satisfaction', months.score_sum, months.answer_count),
        ('top_box', months.satisfied_count::numeric, months.answer_count),
        ('nps', months.net_promoter_count::numeric, months.nps_answer_count)
    ) as measures (measure_code, numerator, denominator)
where measures.denominator > 0
