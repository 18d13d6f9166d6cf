-- Grain: one row per rectification plan asked for by the day of the run, with what had happened by then
{{ config(materialized='view') }}
with dated as (
    select
        plans.*,
        coalesce(contracts.time_zone, 'UTC') as time_zone,
        run.as_of,
        (run.as_of at time zone coalesce(contracts.time_zone, 'UTC'))::date as as_of_date
    from {{ ref('stg_governance__rectification_plans') }} as plans
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_register__contracts_latest') }} as contracts
        on plans.contract_id = contracts.contract_id
)

select
    {{ surrogate_key(['plan_id']) }} as rectification_plan_key,
    plan_id,
    supplier_id,
    contract_id,
    service_level_id,
    cause_from_month,
    coalesce(cause_to_month, cause_from_month) as cause_to_month,
    notice_number,
    requested_date,
    due_date,
    case when handed_in_date <= as_of_date then handed_in_date end as handed_in_date,
    case when agreed_date <= as_of_date then agreed_date end as agreed_date,
    coalesce(effect_months, 3) as effect_months,
    plan_text,
    time_zone,
    as_of,
    as_of_date,
    _source_file,
    _source_row_number,
    _delivery_id
from dated
where requested_date is null or requested_date <= as_of_date
