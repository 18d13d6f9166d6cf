-- Grain: one row per expected measurement of a service level, with the month it counts in
select
    measurements.ticket_sla_key,
    measurements.ticket_key,
    measurements.service_level_id,
    measurements.contract_id,
    measurements.status_code,
    statuses.is_measured,
    measurements.status_code in ('breached', 'running_past_due') as is_breached,
    {{ local_month(
        "case
            when tickets.opened_at > run.as_of then null
            when measurements.period_basis = 'started' then coalesce(measurements.started_at, tickets.opened_at)
            when measurements.status_code = 'running_past_due' then coalesce(measurements.due_at, run.as_of)
            else measurements.stopped_at
        end",
        'contracts.time_zone'
    ) }} as period_month
from {{ ref('int_sla__measurements') }} as measurements
inner join {{ ref('int_ticket__current') }} as tickets
    on measurements.ticket_key = tickets.ticket_key
inner join {{ ref('int_register__contract_versions') }} as contracts
    on
        measurements.contract_id = contracts.contract_id
        and tickets.opened_at >= contracts.valid_from
        and tickets.opened_at < contracts.valid_to
inner join {{ ref('measurement_status') }} as statuses
    on measurements.status_code = statuses.code
cross join {{ ref('stg_ops__run') }} as run
where measurements.service_level_id is not null
