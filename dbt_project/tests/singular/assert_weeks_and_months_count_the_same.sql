-- Whatever the period, the same tickets and answers are counted; windows of measured values count anew in each.
with counted as (
    select
        contract_id,
        service_level_id,
        sum(measured_count + running_count + excused_count + not_measurable_count) filter (where period_kind_code = 'week') as in_weeks,
        sum(measured_count + running_count + excused_count + not_measurable_count) filter (where period_kind_code = 'month') as in_months,
        sum(measured_count + running_count + excused_count + not_measurable_count) filter (where period_kind_code = 'year') as in_years
    from {{ ref('rpt_supplier_sla_compliance') }}
    group by contract_id, service_level_id
    -- A level that came to be measured another way is cut where that begins.
    having max(measure_kind) = min(measure_kind) and min(measure_kind) <> 'measured_value'
)

select *
from counted
where in_weeks is distinct from in_months or in_months is distinct from in_years
