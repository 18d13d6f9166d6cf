-- Grain: one row per notice rule and duty of the supplier that is missing and overdue by as many days as the rule says
{{ config(materialized='view') }}
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', duties.supplier_id, coalesce(duties.obligation_id, duties.subject_code), to_char(duties.period_from, 'YYYY-MM'))",
        'cause_at': local_midnight('duties.due_date + greatest(rules.threshold, 1)::integer', 'rules.time_zone'),
        'supplier_id': 'duties.supplier_id',
        'contract_id': 'rules.contract_id',
        'period_month': "date_trunc('month', duties.period_to - 1)::date",
        'subject_code': 'coalesce(duties.subject_code, duties.obligation_kind)',
        'due_date': 'duties.due_date',
        'measured_value': 'rules.today_date - duties.due_date'
    }) }}
from {{ ref('int_notice__supplier_rules') }} as rules
inner join {{ ref('int_obligation__duties') }} as duties
    on
        rules.supplier_id = duties.supplier_id
        -- A duty of one contract is that contract's rules' affair; a report that names none is everybody's.
        and (duties.contract_id is null or duties.contract_id = rules.contract_id)
where
    rules.trigger_code = 'obligation_overdue'
    and duties.owed_by = 'supplier'
    and duties.done_date is null
    and duties.status_code = 'missing'
    and rules.today_date - duties.due_date >= greatest(rules.threshold, 1)
    and {{ local_midnight('duties.due_date', 'rules.time_zone') }} >= rules.contract_from
