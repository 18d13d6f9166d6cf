-- Grain: one row per contract_id, state_code, reason_code and valid_from, newest delivered version
with newest as (
    {{ newest_version('holding_parties', ['contract_id', 'state_code', 'reason_code', 'valid_from']) }}
)

select
    contract_id,
    state_code,
    reason_code,
    party_code,
    clause,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
