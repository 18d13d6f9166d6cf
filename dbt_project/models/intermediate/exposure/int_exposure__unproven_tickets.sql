-- Grain: one row per contract, service level and month with tickets whose clock cannot be told: any of them may be a miss
select
    measurements.contract_id,
    measurements.service_level_id,
    -- Without a start or stop the month is that of the ticket's opening.
    coalesce(measurements.period_month, {{ local_month('tickets.opened_at', 'contracts.time_zone') }}) as period_month,
    measurements.borne_share,
    count(*) as ticket_count
from {{ ref('int_sla__measurements') }} as measurements
inner join {{ ref('int_ticket__current') }} as tickets
    on measurements.ticket_key = tickets.ticket_key
inner join {{ ref('int_register__contract_versions') }} as contracts
    on measurements.contract_key = contracts.contract_key
where
    measurements.status_code = 'not_measurable'
    and measurements.service_level_id is not null
    -- Another party answers for what was handed over in whole.
    and coalesce(measurements.borne_share, 1) > 0
group by 1, 2, 3, 4
