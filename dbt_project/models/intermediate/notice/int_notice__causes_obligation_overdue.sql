-- Grain: one row per notice rule and duty of a supplier that is missing by as many days as the rule says
{{ config(materialized='view') }}
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', duties.supplier_id, duties.obligation_id, coalesce(duties.subject_code, duties.obligation_kind), duties.period_from, duties.contract_id)",
        'cause_at': local_midnight('duties.due_date + greatest(rules.threshold, 1)::integer', 'rules.time_zone'),
        'supplier_id': 'duties.supplier_id',
        'contract_id': 'coalesce(rules.contract_id, duties.contract_id)',
        'period_month': "date_trunc('month', duties.period_from)::date",
        'subject_code': 'coalesce(duties.subject_code, duties.obligation_kind)',
        'due_date': 'duties.due_date',
        'measured_value': 'rules.today_date - duties.due_date'
    }) }}
from {{ ref('int_notice__supplier_rules') }} as rules
inner join {{ ref('int_obligation__duties') }} as duties
    on rules.supplier_id = duties.supplier_id
where
    rules.trigger_code = 'obligation_overdue'
    and duties.owed_by = 'supplier'
    and duties.status_code = 'missing'
    and rules.today_date - duties.due_date >= greatest(rules.threshold, 1)
    -- What is owed under another contract of the supplier is none of this rule's business.
    and coalesce(duties.contract_id = rules.contract_id, true)
    and {{ local_midnight('duties.due_date', 'rules.time_zone') }} >= rules.contract_from
    -- What was owed while a contract held stays owed; a report that no clause asks for ends with it.
    and (
        duties.contract_id is not null
        or {{ local_midnight('duties.due_date', 'rules.time_zone') }} < rules.contract_to
    )
