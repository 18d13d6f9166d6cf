-- Grain: one row per notice rule, service level and completed month that ends a row of as many failed months as the rule counts
{{ config(materialized='view') }}
-- A month on target, without data or too small to judge ends the row; each further failed month is a cause of its own.
with failed as (
    select
        levels.*,
        months.supplier_id,
        months.month_to,
        extract(year from levels.period_month) * 12 + extract(month from levels.period_month)
        - row_number() over (partition by levels.contract_id, levels.service_level_id order by levels.period_month) as row_code
    from {{ ref('int_penalty__level_months') }} as levels
    inner join {{ ref('int_period__months') }} as months
        on
            levels.contract_id = months.contract_id
            and levels.period_month = months.period_month
    where
        levels.is_missed
        and levels.measured_count > 0
        and months.is_complete
),

counted as (
    select
        failed.*,
        row_number() over (partition by contract_id, service_level_id, row_code order by period_month) as failed_months
    from failed
)

select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', counted.contract_id, counted.service_level_id, to_char(counted.period_month, 'YYYY-MM'))",
        'cause_at': 'counted.month_to',
        'supplier_id': 'counted.supplier_id',
        'contract_id': 'counted.contract_id',
        'service_level_id': 'counted.service_level_id',
        'period_month': 'counted.period_month',
        'measured_value': 'counted.failed_months',
        'numerator': 'counted.attained_quantity',
        'denominator': 'counted.measured_quantity',
        'target_value': 'counted.attainment_target'
    }) }}
from {{ ref('int_notice__rules') }} as rules
inner join counted
    on
        coalesce(rules.contract_id, counted.contract_id) = counted.contract_id
        and coalesce(rules.service_level_id, counted.service_level_id) = counted.service_level_id
where
    rules.trigger_code = 'level_failed'
    and counted.failed_months >= rules.threshold
