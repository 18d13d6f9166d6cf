-- Grain: one row per ticket, service level that applies to it and cycle; one row without a service level for a ticket to which none does
{{ config(indexes=[{'columns': ['ticket_key']}, {'columns': ['ticket_id']}, {'columns': ['service_level_id', 'period_month']}]) }}
select
    measurements.ticket_sla_key,
    measurements.ticket_key,
    coalesce(measurements.service_level_key, 'not_applicable') as service_level_key,
    coalesce(measurements.contract_key, 'not_applicable') as contract_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(tickets.work_centre_key, 'unknown') as work_centre_key,
    tickets.source_system,
    tickets.ticket_id,
    coalesce(measurements.service_level_id, 'not_applicable') as service_level_id,
    service_levels.metric_code,
    measurements.contract_id,
    coalesce(measurements.supplier_id, 'unknown') as supplier_id,
    tickets.work_centre_id,
    measurements.priority_applied_code,
    tickets.priority_code as priority_current_code,
    measurements.target_unit,
    measurements.target_seconds,
    measurements.elapsed_seconds,
    measurements.target_seconds - measurements.elapsed_seconds as remaining_seconds,
    measurements.started_at,
    measurements.stopped_at,
    measurements.due_at,
    measurements.breached_at,
    measurements.period_month,
    measurements.status_code,
    measurements.status_reason_code,
    measurements.is_breached,
    measurements.cycle_number,
    measurements.target_at_start_seconds,
    round(measurements.elapsed_seconds::numeric / nullif(measurements.target_seconds, 0), 4) as target_used_ratio,
    measurements.bearer_supplier_id,
    measurements.borne_share,
    tickets._source_file,
    tickets._source_row_number,
    tickets._delivery_id,
    measurements.exclusion_id,
    measurements.exclusion_reason_code
from {{ changed_only(ref('int_sla__measurements')) }} as measurements
inner join {{ ref('int_ticket__current') }} as tickets
    on measurements.ticket_key = tickets.ticket_key
left join {{ ref('int_register__clock_terms') }} as service_levels
    on measurements.service_level_key = service_levels.service_level_key
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        measurements.supplier_id = suppliers.supplier_id
        and tickets.opened_at >= suppliers.valid_from
        and tickets.opened_at < suppliers.valid_to
