-- Grain: one row per rectification plan asked for by the day of the run
with breaches as (
    select
        rectification_plan_key,
        count(*) as breach_count,
        count(distinct ticket_key) as ticket_count
    from {{ ref('bridge_rectification_plan_breach') }}
    group by rectification_plan_key
),

failures as (
    select
        plans.rectification_plan_key,
        count(*) as missed_month_count
    from {{ ref('int_rectification__plans') }} as plans
    inner join {{ ref('fct_service_level_period') }} as periods
        on
            plans.contract_id = periods.contract_id
            and (plans.service_level_id is null or plans.service_level_id = periods.service_level_id)
            and plans.cause_from_month <= periods.period_month
            and plans.cause_to_month >= periods.period_month
    where periods.status_code = 'missed'
    group by plans.rectification_plan_key
),

actions as (
    select
        rectification_plan_key,
        count(*) as action_count,
        count(*) filter (where state_code = 'open') as open_count,
        count(*) filter (where state_code = 'overdue') as overdue_count,
        count(done_date) as done_count,
        count(*) filter (where state_code in ('done_late', 'verified_late')) as done_late_count,
        count(*) filter (where state_code in ('verified', 'verified_late')) as verified_count,
        max(done_date) as last_done_date
    from {{ ref('int_rectification__actions') }}
    group by rectification_plan_key
),

effects as (
    select
        rectification_plan_key,
        count(*) as level_count,
        count(*) filter (where effect_code = 'improved') as improved_count,
        count(*) filter (where effect_code = 'worse') as worse_count,
        -- The order of these branches is the precedence of what is said of all levels together.
        case
            when bool_or(effect_code = 'improved') and bool_or(effect_code = 'worse') then 'mixed'
            when bool_or(effect_code = 'worse') then 'worse'
            when bool_or(effect_code = 'improved') then 'improved'
            when bool_or(effect_code = 'too_early') then 'too_early'
            when bool_or(effect_code = 'no_evidence') then 'no_evidence'
            when bool_or(effect_code = 'not_comparable') then 'not_comparable'
            else 'no_data'
        end as effect_code
    from {{ ref('int_rectification__effects') }}
    group by rectification_plan_key
),

stated as (
    select
        plans.*,
        coalesce(breaches.breach_count, 0) as breach_count,
        coalesce(breaches.ticket_count, 0) as ticket_count,
        coalesce(failures.missed_month_count, 0) as missed_month_count,
        coalesce(actions.action_count, 0) as action_count,
        coalesce(actions.open_count, 0) as open_count,
        coalesce(actions.overdue_count, 0) as overdue_count,
        coalesce(actions.done_count, 0) as done_count,
        coalesce(actions.done_late_count, 0) as done_late_count,
        coalesce(actions.verified_count, 0) as verified_count,
        actions.last_done_date,
        coalesce(effects.level_count, 0) as level_count,
        coalesce(effects.improved_count, 0) as improved_count,
        coalesce(effects.worse_count, 0) as worse_count,
        coalesce(effects.effect_code, 'no_data') as effect_code,
        -- Until it is agreed its papers speak, from then on its actions. The order is the precedence of the states.
        case
            when plans.agreed_date is null and plans.handed_in_date is not null then 'handed_in'
            when plans.agreed_date is null and plans.due_date < plans.as_of_date then 'overdue'
            when plans.agreed_date is null then 'requested'
            when actions.action_count is null then 'agreed'
            when actions.overdue_count > 0 then 'action_overdue'
            when actions.done_count < actions.action_count then 'in_progress'
            when actions.verified_count < actions.action_count then 'done'
            else 'verified'
        end as state_code
    from {{ ref('int_rectification__plans') }} as plans
    left join breaches
        on plans.rectification_plan_key = breaches.rectification_plan_key
    left join failures
        on plans.rectification_plan_key = failures.rectification_plan_key
    left join actions
        on plans.rectification_plan_key = actions.rectification_plan_key
    left join effects
        on plans.rectification_plan_key = effects.rectification_plan_key
)

select
    stated.rectification_plan_key,
    coalesce(contracts.contract_key, 'not_applicable') as contract_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    stated.plan_id,
    stated.contract_id,
    stated.supplier_id,
    stated.service_level_id,
    stated.cause_from_month,
    stated.cause_to_month,
    stated.notice_number,
    stated.plan_text,
    stated.requested_date,
    stated.due_date,
    stated.handed_in_date,
    stated.agreed_date,
    -- Agreed without a day of handing in: late cannot be told.
    case
        when stated.due_date is not null and (stated.handed_in_date is not null or stated.agreed_date is null)
            then greatest(coalesce(stated.handed_in_date, stated.as_of_date) - stated.due_date, 0)
    end as days_late_count,
    stated.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    stated.breach_count,
    stated.ticket_count,
    stated.missed_month_count,
    stated.action_count,
    stated.open_count as action_open_count,
    stated.overdue_count as action_overdue_count,
    stated.done_count as action_done_count,
    stated.done_late_count as action_done_late_count,
    stated.verified_count as action_verified_count,
    stated.last_done_date,
    stated.level_count,
    stated.improved_count as level_improved_count,
    stated.worse_count as level_worse_count,
    stated.effect_code,
    effects.label as effect_name,
    effects.label_zh as effect_name_zh,
    stated.as_of,
    stated._source_file,
    stated._source_row_number,
    stated._delivery_id
from stated
inner join {{ ref('rectification_plan_state') }} as states
    on stated.state_code = states.code
inner join {{ ref('rectification_effect') }} as effects
    on stated.effect_code = effects.code
left join {{ ref('int_register__contracts_latest') }} as contracts
    on stated.contract_id = contracts.contract_id
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        stated.supplier_id = suppliers.supplier_id
        and suppliers.is_current
