-- Grain: one row per contract_id and valid_from, newest delivered version
with newest as (
    {{ newest_version('dispute_terms', ['contract_id', 'valid_from']) }}
)

select
    contract_id,
    clause,
    raise_within_working_days::integer as raise_within_working_days,
    answer_within_working_days::integer as answer_within_working_days,
    calendar_id,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
