-- Grain: one row per survey response and question
with newest as (
    {{ newest_version('survey_responses', ['source_system', 'response_id', 'question_code']) }}
)

select
    source_system,
    response_id,
    questionnaire_code,
    invitation_id,
    question_code,
    supplier_id,
    ticket_source_system,
    coalesce(ticket_source_system, source_system) || '/' || ticket_id as ticket_key,
    ticket_id,
    respondent_id,
    answered_at::timestamptz as answered_at,
    score::numeric as score,
    scale_min::numeric as scale_min,
    scale_max::numeric as scale_max,
    comment,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
