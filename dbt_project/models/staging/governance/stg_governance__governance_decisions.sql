-- Grain: one row per decision_id, newest delivered version
with newest as (
    {{ newest_version('governance_decisions', ['decision_id']) }}
)

select
    decision_id,
    decision_kind,
    contract_id,
    assessment_year::integer as assessment_year,
    selection_id,
    candidate_id,
    decision_code,
    decided_by,
    decided_at::timestamptz as decided_at,
    evidence,
    reason,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
