-- Grain: one row per survey response and question
select
    {{ surrogate_key(['answers.source_system', 'answers.response_id', 'answers.question_code']) }} as survey_answer_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    answers.ticket_key,
    answers.source_system,
    answers.response_id,
    answers.question_code,
    answers.questionnaire_code,
    coalesce(answers.supplier_id, 'unknown') as supplier_id,
    answers.ticket_id,
    answers.answered_at,
    answers.period_month,
    answers.score,
    answers.scale_min,
    answers.scale_max,
    answers.normalised_score,
    answers.score is not null as is_answered,
    answers.comment,
    run.as_of,
    answers._source_file,
    answers._source_row_number,
    answers._delivery_id,
    answers.answer_status_code,
    answers.is_satisfied,
    answers.invitation_id,
    answers.questionnaire_kind as questionnaire_kind_code
from {{ ref('int_survey__answers_scored') }} as answers
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        answers.supplier_id = suppliers.supplier_id
        and answers.answered_at >= suppliers.valid_from
        and answers.answered_at < suppliers.valid_to
