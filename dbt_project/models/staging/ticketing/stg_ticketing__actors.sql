-- Grain: one row per actor_id and valid_from, newest delivered version
with newest as (
    {{ newest_version('actors', ['actor_id', 'valid_from']) }}
)

select
    actor_id,
    party_code,
    supplier_id,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
