-- Grain: one row per ticket and service level that applies to it; one row without a service level for a ticket to which none does
{{ config(indexes=[{'columns': ['ticket_id']}, {'columns': ['service_level_id', 'period_month']}]) }}
select
    measurements.ticket_sla_key,
    measurements.ticket_key,
    coalesce(measurements.service_level_key, 'not_applicable') as service_level_key,
    coalesce(contracts.contract_key, 'not_applicable') as contract_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(tickets.work_centre_key, 'unknown') as work_centre_key,
    tickets.source_system,
    tickets.ticket_id,
    coalesce(measurements.service_level_id, 'not_applicable') as service_level_id,
    service_levels.metric_code,
    measurements.contract_id,
    coalesce(contracts.supplier_id, tickets.supplier_id, 'unknown') as supplier_id,
    tickets.work_centre_id,
    measurements.priority_applied_code,
    tickets.priority_code as priority_current_code,
    measurements.target_unit,
    measurements.target_seconds,
    measurements.elapsed_seconds,
    case
        when measurements.target_unit = 'promised_time'
            then extract(
                epoch from
                date_trunc('second', measurements.due_at)
                - date_trunc('second', coalesce(measurements.stopped_at, run.as_of))
            )::bigint
        else measurements.target_seconds - measurements.elapsed_seconds
    end as remaining_seconds,
    measurements.started_at,
    measurements.stopped_at,
    measurements.due_at,
    case when measurements.status_code in ('breached', 'running_past_due') then measurements.due_at end as breached_at,
    periods.period_month,
    measurements.status_code,
    measurements.status_reason_code,
    measurements.status_code in ('breached', 'running_past_due') as is_breached,
    run.as_of,
    tickets._source_file,
    tickets._source_row_number,
    tickets._delivery_id
from {{ ref('int_sla__measurements') }} as measurements
inner join {{ ref('int_ticket__current') }} as tickets
    on measurements.ticket_key = tickets.ticket_key
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_period__measurements') }} as periods
    on
        measurements.ticket_key = periods.ticket_key
        and measurements.ticket_sla_key = periods.ticket_sla_key
left join {{ ref('int_register__service_level_versions') }} as service_levels
    on measurements.service_level_key = service_levels.service_level_key
left join {{ ref('int_register__contract_versions') }} as contracts
    on
        measurements.contract_id = contracts.contract_id
        and tickets.opened_at >= contracts.valid_from
        and tickets.opened_at < contracts.valid_to
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        coalesce(contracts.supplier_id, tickets.supplier_id) = suppliers.supplier_id
        and tickets.opened_at >= suppliers.valid_from
        and tickets.opened_at < suppliers.valid_to
