-- Grain: one row per penalty clause, attainment band and version, with the local dates between which it holds
with bounded as (
    select
        penalty_terms.*,
        {{ effective_valid_to(['penalty_term_id', 'attainment_from']) }} as effective_to,
        {{ is_latest_version(['penalty_term_id', 'attainment_from']) }} as is_current
    from {{ ref('stg_contract_register__penalty_terms') }} as penalty_terms
)

select
    {{ surrogate_key(['penalty_term_id', 'attainment_from', 'valid_from']) }} as penalty_term_key,
    penalty_term_id,
    contract_id,
    service_level_id,
    clause,
    penalty_kind,
    amount,
    fee_ratio,
    coalesce(fee_basis, 'contract') as fee_basis,
    attainment_from,
    attainment_to,
    coalesce(rounding_digits, 2) as rounding_digits,
    tax_treatment_code,
    cost_centre,
    gl_account,
    valid_from,
    effective_to as valid_to,
    is_current,
    _source_file,
    _source_row_number,
    _delivery_id
from bounded
where valid_from < effective_to
