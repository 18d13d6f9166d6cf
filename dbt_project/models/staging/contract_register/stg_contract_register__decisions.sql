-- Grain: one row per decision, newest delivered version
with newest as (
    {{ newest_version('decisions', ['decision_id']) }}
)

select
    decision_id,
    decision_kind,
    contract_id,
    penalty_term_id,
    (period_month || '-01')::date as period_month,
    case when ticket_id is not null then ticket_key end as ticket_key,
    case when ticket_id is not null then source_system end as source_system,
    ticket_id,
    outcome_code,
    amount::numeric as amount,
    requested_by,
    decided_by,
    decided_at::timestamptz as decided_at,
    answers_decision_id,
    evidence,
    reason,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
