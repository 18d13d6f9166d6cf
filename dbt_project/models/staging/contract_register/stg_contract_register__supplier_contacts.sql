-- Grain: one row per supplier_id, role_code, email and valid_from, newest delivered version
with newest as (
    {{ newest_version('supplier_contacts', ['supplier_id', 'role_code', 'email', 'valid_from']) }}
)

select
    supplier_id,
    role_code,
    contact_name,
    email,
    time_zone,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
