-- Grain: one row per corrective_action_id, newest delivered version
with newest as (
    {{ newest_version('corrective_actions', ['corrective_action_id']) }}
)

select
    corrective_action_id,
    plan_id,
    supplier_id,
    service_level_id,
    measure_text,
    owner_name,
    agreed_date::date as agreed_date,
    due_date::date as due_date,
    done_date::date as done_date,
    verified_date::date as verified_date,
    verified_by,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
