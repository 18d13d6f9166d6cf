-- Grain: one row per supplier, month, measure (satisfaction) and questionnaire with answers; months may be added
select
    supplier_id,
    period_month,
    'satisfaction' as measure_code,
    questionnaire_code as filter_code,
    sum(normalised_score) as numerator,
    count(normalised_score)::numeric as denominator,
    count(normalised_score)::numeric as case_count
from {{ ref('int_survey__answers_scored') }}
where normalised_score is not null and supplier_id is not null
group by supplier_id, period_month, questionnaire_code
