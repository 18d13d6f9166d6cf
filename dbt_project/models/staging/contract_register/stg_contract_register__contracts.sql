-- Grain: one row per contract version
with newest as (
    {{ newest_version('contracts', ['contract_id', 'valid_from']) }}
)

select
    contract_id,
    contract_name,
    contract_name_zh,
    supplier_id,
    currency_code,
    time_zone,
    year_starts_on::date as year_starts_on,
    coalesce(approval_policy, 'tacit') as approval_policy,
    coalesce(objection_working_days::integer, 0) as objection_working_days,
    objection_calendar_id,
    claim_within_days::integer as claim_within_days,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
