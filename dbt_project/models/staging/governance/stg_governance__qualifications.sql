-- Grain: one row per supplier_id, qualification_code and valid_from, newest delivered version
with newest as (
    {{ newest_version('qualifications', ['supplier_id', 'qualification_code', 'valid_from']) }}
)

select
    supplier_id,
    qualification_code,
    document_number,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
