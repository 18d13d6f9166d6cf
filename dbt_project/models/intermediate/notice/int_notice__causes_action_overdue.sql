-- Grain: one row per notice rule and corrective action that is overdue by as many days as the rule says
{{ config(materialized='view') }}
-- A deadline that was moved and missed again is a new cause.
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', actions.corrective_action_id, actions.due_date)",
        'cause_at': local_midnight('actions.due_date + greatest(rules.threshold, 1)::integer', 'rules.time_zone'),
        'supplier_id': 'actions.supplier_id',
        'contract_id': 'rules.contract_id',
        'service_level_id': 'actions.service_level_id',
        'subject_code': 'actions.corrective_action_id',
        'due_date': 'actions.due_date',
        'measured_value': 'rules.today_date - actions.due_date'
    }) }}
from {{ ref('int_notice__supplier_rules') }} as rules
inner join {{ ref('stg_governance__corrective_actions') }} as actions
    on rules.supplier_id = actions.supplier_id
left join {{ ref('stg_governance__rectification_plans') }} as plans
    on actions.plan_id = plans.plan_id
where
    rules.trigger_code = 'action_overdue'
    and coalesce(actions.agreed_date <= rules.today_date, true)
    and coalesce(coalesce(actions.done_date, actions.verified_date) > rules.today_date, true)
    and rules.today_date - actions.due_date >= greatest(rules.threshold, 1)
    -- What belongs to another contract of the supplier is none of this rule's business.
    and coalesce(plans.contract_id = rules.contract_id, true)
    and coalesce(actions.service_level_id = rules.service_level_id, rules.service_level_id is null)
    and {{ local_midnight('actions.due_date', 'rules.time_zone') }} >= rules.contract_from
    and coalesce(
        plans.contract_id = rules.contract_id,
        {{ local_midnight('actions.due_date', 'rules.time_zone') }} < rules.contract_to
    )
