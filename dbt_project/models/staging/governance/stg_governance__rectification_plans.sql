-- Grain: one row per plan_id, newest delivered version
with newest as (
    {{ newest_version('rectification_plans', ['plan_id']) }}
)

select
    plan_id,
    supplier_id,
    contract_id,
    service_level_id,
    (cause_from_month || '-01')::date as cause_from_month,
    (cause_to_month || '-01')::date as cause_to_month,
    notice_number::integer as notice_number,
    requested_date::date as requested_date,
    due_date::date as due_date,
    handed_in_date::date as handed_in_date,
    agreed_date::date as agreed_date,
    effect_months::integer as effect_months,
    plan_text,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
