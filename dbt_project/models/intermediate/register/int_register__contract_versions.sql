-- Grain: one row per contract version, with the instants between which it holds in its own zone
with bounded as (
    select
        contracts.*,
        {{ effective_valid_to(['contract_id']) }} as effective_to,
        {{ is_latest_version(['contract_id']) }} as is_current
    from {{ ref('stg_contract_register__contracts') }} as contracts
)

select
    {{ surrogate_key(['contract_id', 'valid_from']) }} as contract_key,
    contract_id,
    coalesce(contract_name, contract_id) as contract_name,
    contract_name_zh,
    supplier_id,
    currency_code,
    time_zone,
    coalesce(
        year_starts_on,
        first_value(valid_from) over (partition by contract_id order by valid_from)
    ) as year_starts_on,
    approval_policy,
    objection_working_days,
    objection_calendar_id,
    claim_within_days,
    {{ local_midnight('valid_from', 'time_zone') }} as valid_from,
    {{ local_midnight('effective_to', 'time_zone') }} as valid_to,
    is_current,
    _source_file,
    _source_row_number,
    _delivery_id
from bounded
where valid_from < effective_to
