-- Grain: one row per assessment_id and criterion_code, newest delivered version
with newest as (
    {{ newest_version('assessments', ['assessment_id', 'criterion_code']) }}
)

select
    assessment_id,
    assessment_kind,
    supplier_id,
    contract_id,
    assessed_date::date as assessed_date,
    criterion_code,
    weight::numeric as weight,
    score::numeric as score,
    finding_severity,
    assessed_by,
    finding_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
