-- Grain: one row per notice rule and running clock of a ticket that has used the rule's share of its target
{{ config(materialized='view') }}
-- A nightly export does not say when the share was reached: until the target is used up the cause is of the run that sees it.
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', measurements.ticket_key, measurements.service_level_id, measurements.cycle_number)",
        'cause_at': 'coalesce(measurements.breached_at, run.as_of)',
        'supplier_id': 'measurements.supplier_id',
        'contract_id': 'measurements.contract_id',
        'service_level_id': 'measurements.service_level_id',
        'period_month': 'measurements.period_month',
        'ticket_key': 'measurements.ticket_key',
        'due_at': 'measurements.due_at',
        'measured_value': 'round(measurements.elapsed_seconds::numeric / measurements.target_seconds, 4)',
        'numerator': 'measurements.elapsed_seconds',
        'denominator': 'measurements.target_seconds'
    }) }}
from {{ ref('int_notice__rules') }} as rules
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_sla__measurements') }} as measurements
    on
        coalesce(rules.contract_id, measurements.contract_id) = measurements.contract_id
        and coalesce(rules.service_level_id, measurements.service_level_id) = measurements.service_level_id
where
    rules.trigger_code = 'target_share_used'
    -- A clock that stands still while the supplier waits for us is nothing to remind of.
    and measurements.status_code in ('running', 'running_past_due')
    and measurements.target_seconds > 0
    and measurements.elapsed_seconds >= rules.threshold * measurements.target_seconds
    and coalesce(measurements.borne_share, 1) > 0
