-- Grain: one row per penalty clause, band and version
with newest as (
    {{ newest_version('penalty_terms', ['penalty_term_id', 'attainment_from', 'valid_from']) }}
)

select
    penalty_term_id,
    contract_id,
    service_level_id,
    clause,
    penalty_kind,
    amount::numeric as amount,
    fee_ratio::numeric as fee_ratio,
    fee_basis,
    attainment_from::numeric as attainment_from,
    attainment_to::numeric as attainment_to,
    rounding_digits::integer as rounding_digits,
    tax_treatment_code,
    cost_centre,
    gl_account,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
