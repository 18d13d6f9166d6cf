-- Grain: one row per contract_id and valid_from, newest delivered version
with newest as (
    {{ newest_version('renewal_terms', ['contract_id', 'valid_from']) }}
)

select
    contract_id,
    clause,
    term_ends_on::date as term_ends_on,
    renews_for_months::integer as renews_for_months,
    notice_days::integer as notice_days,
    notice_basis,
    calendar_id,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
