-- Grain: one row per notice rule, supplier and completed month whose score lies below the rule's number
{{ config(materialized='view') }}
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', scorecards.supplier_id, to_char(scorecards.period_month, 'YYYY-MM'))",
        'cause_at': "(scorecards.period_month + interval '1 month') at time zone 'UTC'",
        'supplier_id': 'scorecards.supplier_id',
        'contract_id': 'rules.contract_id',
        'period_month': 'scorecards.period_month',
        'measured_value': 'scorecards.score'
    }) }}
from {{ ref('int_notice__supplier_rules') }} as rules
inner join {{ ref('fct_supplier_scorecard') }} as scorecards
    on rules.supplier_id = scorecards.supplier_id
where
    rules.trigger_code = 'score_below'
    and scorecards.is_period_complete
    and scorecards.score < rules.threshold
    and (scorecards.period_month + interval '1 month') at time zone 'UTC' > rules.contract_from
    and scorecards.period_month::timestamp at time zone 'UTC' < rules.contract_to
