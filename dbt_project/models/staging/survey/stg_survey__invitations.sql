-- Grain: one row per source_system and invitation_id, newest delivered version
with newest as (
    {{ newest_version('survey_invitations', ['source_system', 'invitation_id']) }}
)

select
    source_system,
    invitation_id,
    questionnaire_code,
    supplier_id,
    ticket_source_system,
    ticket_id,
    coalesce(ticket_source_system, source_system) || '/' || ticket_id as ticket_key,
    respondent_id,
    sent_at::timestamptz as sent_at,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
