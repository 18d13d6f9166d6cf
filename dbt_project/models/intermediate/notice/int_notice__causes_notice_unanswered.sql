-- Grain: one row per rule of escalation and notice that was not answered in time and is not answered yet
{{ config(materialized='view') }}
with escalations as (
    select notice_rule_id
    from {{ ref('int_notice__rules') }}
    where trigger_code = 'notice_unanswered'
)

select
    {{ notice_cause({
        'cause_reference': "notices.notice_number::text",
        'cause_at': local_midnight('notices.answer_due_date + greatest(rules.threshold, 1)::integer', 'notices.time_zone'),
        'supplier_id': 'notices.supplier_id',
        'contract_id': 'notices.contract_id',
        'service_level_id': 'notices.service_level_id',
        'period_month': 'notices.period_month',
        'ticket_key': 'notices.ticket_key',
        'due_date': 'notices.answer_due_date',
        'measured_value': '(run.as_of at time zone notices.time_zone)::date - notices.answer_due_date',
        'escalates_notice_number': 'notices.notice_number'
    }) }}
from {{ ref('int_notice__rules') }} as rules
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_notice__issued') }} as notices
    on
        coalesce(rules.escalates_rule_id, notices.notice_rule_id) = notices.notice_rule_id
        and coalesce(rules.contract_id, notices.contract_id) is not distinct from notices.contract_id
inner join {{ ref('int_notice__answers') }} as answers
    on notices.notice_number = answers.notice_number
where
    rules.trigger_code = 'notice_unanswered'
    and (
        rules.escalates_rule_id is not null
        or notices.notice_rule_id not in (select escalations.notice_rule_id from escalations)
    )
    and coalesce(rules.service_level_id = notices.service_level_id, rules.service_level_id is null)
    and answers.answered_at is null
    and (run.as_of at time zone notices.time_zone)::date - notices.answer_due_date >= greatest(rules.threshold, 1)
