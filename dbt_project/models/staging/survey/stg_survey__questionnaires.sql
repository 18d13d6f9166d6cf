-- Grain: one row per questionnaire_code, question_code and valid_from, newest delivered version
with newest as (
    {{ newest_version('questionnaires', ['questionnaire_code', 'question_code', 'valid_from']) }}
)

select
    questionnaire_code,
    question_code,
    questionnaire_name,
    questionnaire_name_zh,
    questionnaire_kind,
    question_text,
    question_text_zh,
    question_kind,
    is_reversed::boolean as is_reversed,
    top_box_from::numeric as top_box_from,
    promoter_from::numeric as promoter_from,
    detractor_to::numeric as detractor_to,
    target_ratio::numeric as target_ratio,
    minimum_sample::integer as minimum_sample,
    answer_within_days::integer as answer_within_days,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
