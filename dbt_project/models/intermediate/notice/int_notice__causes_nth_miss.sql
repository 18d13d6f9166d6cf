-- Grain: one row per notice rule, service level and month with as many misses as the rule counts; its ticket is the n-th miss
{{ config(materialized='view') }}
with misses as (
    select
        measurements.contract_id,
        measurements.service_level_id,
        measurements.period_month,
        measurements.supplier_id,
        measurements.ticket_key,
        coalesce(measurements.breached_at, measurements.stopped_at) as missed_at,
        row_number() over (
            partition by measurements.contract_id, measurements.service_level_id, measurements.period_month
            order by coalesce(measurements.breached_at, measurements.stopped_at), measurements.ticket_key, measurements.cycle_number
        ) as miss_number
    from {{ ref('int_sla__measurements') }} as measurements
    where
        measurements.is_breached
        and measurements.period_month is not null
        and coalesce(measurements.borne_share, 1) > 0
)

select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', misses.contract_id, misses.service_level_id, to_char(misses.period_month, 'YYYY-MM'))",
        'cause_at': 'misses.missed_at',
        'supplier_id': 'misses.supplier_id',
        'contract_id': 'misses.contract_id',
        'service_level_id': 'misses.service_level_id',
        'period_month': 'misses.period_month',
        'ticket_key': 'misses.ticket_key',
        'measured_value': 'misses.miss_number'
    }) }}
from {{ ref('int_notice__rules') }} as rules
inner join misses
    on
        coalesce(rules.contract_id, misses.contract_id) = misses.contract_id
        and coalesce(rules.service_level_id, misses.service_level_id) = misses.service_level_id
        and greatest(ceil(rules.threshold), 1) = misses.miss_number
where rules.trigger_code = 'nth_miss'
