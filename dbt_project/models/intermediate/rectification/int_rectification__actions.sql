-- Grain: one row per corrective action agreed by the day of the run, with how it stands
{{ config(materialized='view') }}
with dated as (
    select
        actions.*,
        plans.rectification_plan_key,
        plans.contract_id,
        run.as_of,
        coalesce(plans.as_of_date, (run.as_of at time zone 'UTC')::date) as as_of_date
    from {{ ref('stg_governance__corrective_actions') }} as actions
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_rectification__plans') }} as plans
        on actions.plan_id = plans.plan_id
),

happened as (
    select
        dated.*,
        -- What was verified was done by then at the latest.
        case when coalesce(done_date, verified_date) <= as_of_date then coalesce(done_date, verified_date) end as done_by_date,
        case when verified_date <= as_of_date then verified_date end as verified_by_date
    from dated
    where agreed_date is null or agreed_date <= as_of_date
)

select
    {{ surrogate_key(['corrective_action_id']) }} as corrective_action_key,
    rectification_plan_key,
    corrective_action_id,
    plan_id,
    supplier_id,
    contract_id,
    service_level_id,
    measure_text,
    owner_name,
    agreed_date,
    due_date,
    done_by_date as done_date,
    verified_by_date as verified_date,
    due_date < as_of_date as is_due_passed,
    coalesce(done_by_date <= due_date, false) as is_done_in_time,
    greatest(coalesce(done_by_date, as_of_date) - due_date, 0) as days_late_count,
    case
        when verified_by_date is not null and done_by_date <= due_date then 'verified'
        when verified_by_date is not null then 'verified_late'
        when done_by_date <= due_date then 'done'
        when done_by_date is not null then 'done_late'
        when due_date < as_of_date then 'overdue'
        else 'open'
    end as state_code,
    as_of,
    _source_file,
    _source_row_number,
    _delivery_id
from happened
