-- Grain: one row per notice rule and report that a supplier owes and that is overdue by as many days as the rule says
{{ config(materialized='view') }}
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', reports.supplier_id, reports.report_code, to_char(reports.period_month, 'YYYY-MM'))",
        'cause_at': local_midnight('reports.due_date + greatest(rules.threshold, 1)::integer', 'rules.time_zone'),
        'supplier_id': 'reports.supplier_id',
        'contract_id': 'rules.contract_id',
        'period_month': 'reports.period_month',
        'subject_code': 'reports.report_code',
        'due_date': 'reports.due_date',
        'measured_value': 'rules.today_date - reports.due_date'
    }) }}
from {{ ref('int_notice__supplier_rules') }} as rules
inner join {{ ref('stg_governance__supplier_reports') }} as reports
    on rules.supplier_id = reports.supplier_id
where
    rules.trigger_code = 'obligation_overdue'
    and coalesce(reports.handed_in_date > rules.today_date, true)
    and rules.today_date - reports.due_date >= greatest(rules.threshold, 1)
    and {{ local_midnight('reports.due_date', 'rules.time_zone') }} >= rules.contract_from
