-- Grain: one row per contract, service level measured by a survey and month with an answer
select
    answers.contract_id,
    answers.service_level_id,
    answers.period_month,
    'survey' as measure_kind,
    {{ survey_counts('answers') }},
    null::numeric as coverage_ratio
from {{ ref('int_measure__survey_answers') }} as answers
group by answers.contract_id, answers.service_level_id, answers.period_month
