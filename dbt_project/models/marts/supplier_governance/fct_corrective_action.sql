-- Grain: one row per corrective action agreed by the day of the run
select
    actions.corrective_action_key,
    actions.rectification_plan_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    actions.corrective_action_id,
    actions.plan_id,
    actions.contract_id,
    actions.supplier_id,
    actions.service_level_id,
    actions.measure_text,
    actions.owner_name,
    actions.agreed_date,
    actions.due_date,
    actions.done_date,
    actions.verified_date,
    actions.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    actions.is_due_passed,
    actions.is_done_in_time,
    actions.days_late_count,
    actions.as_of,
    actions._source_file,
    actions._source_row_number,
    actions._delivery_id
from {{ ref('int_rectification__actions') }} as actions
inner join {{ ref('corrective_action_state') }} as states
    on actions.state_code = states.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        actions.supplier_id = suppliers.supplier_id
        and suppliers.is_current
