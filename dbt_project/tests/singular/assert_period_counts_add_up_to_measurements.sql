-- The monthly counts and the measurements are the same tickets, counted two ways.
with from_periods as (
    select
        service_level_id,
        sum(measured_count + running_count + excused_count + not_measurable_count) as row_count
    from {{ ref('fct_service_level_period') }}
    group by service_level_id
),

from_measurements as (
    select
        service_level_id,
        count(*) as row_count
    from {{ ref('fct_ticket_sla') }}
    where period_month is not null
    group by service_level_id
)

select
    from_measurements.service_level_id,
    from_measurements.row_count as measurement_count,
    from_periods.row_count as period_count
from from_measurements
left join from_periods
    on from_measurements.service_level_id = from_periods.service_level_id
where from_measurements.row_count is distinct from from_periods.row_count
