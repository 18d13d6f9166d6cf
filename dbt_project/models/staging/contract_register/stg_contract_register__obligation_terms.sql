-- Grain: one row per obligation_id and valid_from, newest delivered version
with newest as (
    {{ newest_version('obligation_terms', ['obligation_id', 'valid_from']) }}
)

select
    obligation_id,
    contract_id,
    clause,
    owed_by,
    obligation_kind,
    subject_code,
    period_months::integer as period_months,
    due_days::integer as due_days,
    target_ratio::numeric as target_ratio,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
