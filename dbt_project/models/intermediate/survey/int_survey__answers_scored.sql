-- Grain: one row per survey response and question, with the supplier it is about and its score mapped to 0-1 (null when unanswered)
select
    responses.source_system,
    responses.response_id,
    responses.question_code,
    responses.questionnaire_code,
    coalesce(responses.supplier_id, tickets.supplier_id) as supplier_id,
    responses.supplier_id is not null as is_supplier_stated,
    tickets.ticket_key,
    responses.ticket_id,
    responses.answered_at,
    date_trunc('month', responses.answered_at at time zone 'UTC')::date as period_month,
    responses.score,
    responses.scale_min,
    responses.scale_max,
    (responses.score - responses.scale_min) / (responses.scale_max - responses.scale_min) as normalised_score,
    responses.comment,
    responses._source_file,
    responses._source_row_number,
    responses._delivery_id
from {{ ref('stg_survey__responses') }} as responses
left join {{ ref('int_ticket__current') }} as tickets
    on responses.ticket_key = tickets.ticket_key
cross join {{ ref('stg_ops__run') }} as run
where responses.answered_at <= run.as_of
