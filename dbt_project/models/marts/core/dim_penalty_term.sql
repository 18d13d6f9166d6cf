-- Grain: one row per penalty clause, attainment band and version
select
    penalty_term_key,
    penalty_term_id,
    contract_id,
    service_level_id,
    clause,
    penalty_kind,
    amount,
    fee_ratio,
    fee_basis,
    attainment_from,
    attainment_to,
    rounding_digits,
    tax_treatment_code,
    cost_centre,
    gl_account,
    valid_from,
    valid_to,
    is_current,
    _source_file,
    _source_row_number
from {{ ref('int_register__penalty_term_versions') }}
