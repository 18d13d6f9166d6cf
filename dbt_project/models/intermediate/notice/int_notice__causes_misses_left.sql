-- Grain: one row per notice rule and service level whose month under way fails with no more misses than the rule's number
{{ config(materialized='view') }}
-- It takes a miss to cause a notice: with few tickets the first miss fails any level, and that is nobody's fault yet.
with under_way as (
    select
        counts.contract_id,
        counts.service_level_id,
        counts.period_month,
        counts.supplier_id,
        counts.attained_quantity,
        counts.measured_quantity,
        counts.attainment_target,
        -- The smallest number k of further misses with attained / (measured + k) < target and enough cases to judge.
        greatest(
            floor(counts.attained_quantity / counts.attainment_target - counts.measured_quantity) + 1,
            coalesce(counts.minimum_sample, 1) - counts.measured_count,
            0
        ) as misses_left
    from {{ ref('int_period__service_level_counts') }} as counts
    where
        not counts.is_period_complete
        and counts.measure_kind = 'ticket_clock'
        and counts.attainment_target > 0
        and counts.breached_count > 0
),

last_misses as (
    select
        measurements.contract_id,
        measurements.service_level_id,
        measurements.period_month,
        max(measurements.breached_at) as breached_at
    from {{ ref('int_sla__measurements') }} as measurements
    inner join under_way
        on
            measurements.contract_id = under_way.contract_id
            and measurements.service_level_id = under_way.service_level_id
            and measurements.period_month = under_way.period_month
    where measurements.is_breached
    group by 1, 2, 3
)

select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', under_way.contract_id, under_way.service_level_id, to_char(under_way.period_month, 'YYYY-MM'))",
        'cause_at': 'coalesce(last_misses.breached_at, run.as_of)',
        'supplier_id': 'under_way.supplier_id',
        'contract_id': 'under_way.contract_id',
        'service_level_id': 'under_way.service_level_id',
        'period_month': 'under_way.period_month',
        'measured_value': 'under_way.misses_left',
        'numerator': 'under_way.attained_quantity',
        'denominator': 'under_way.measured_quantity',
        'target_value': 'under_way.attainment_target'
    }) }}
from {{ ref('int_notice__rules') }} as rules
cross join {{ ref('stg_ops__run') }} as run
inner join under_way
    on
        coalesce(rules.contract_id, under_way.contract_id) = under_way.contract_id
        and coalesce(rules.service_level_id, under_way.service_level_id) = under_way.service_level_id
left join last_misses
    on
        under_way.contract_id = last_misses.contract_id
        and under_way.service_level_id = last_misses.service_level_id
        and under_way.period_month = last_misses.period_month
where
    rules.trigger_code = 'misses_left'
    and under_way.misses_left <= rules.threshold
