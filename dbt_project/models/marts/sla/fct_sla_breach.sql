-- Grain: one row per breached measurement of a ticket
{{ config(indexes=[{'columns': ['ticket_key']}, {'columns': ['contract_id', 'service_level_id', 'period_month']}]) }}
select
    ticket_slas.ticket_sla_key,
    ticket_slas.ticket_key,
    ticket_slas.service_level_key,
    ticket_slas.contract_key,
    ticket_slas.supplier_key,
    ticket_slas.work_centre_key,
    ticket_slas.source_system,
    ticket_slas.ticket_id,
    ticket_slas.service_level_id,
    ticket_slas.metric_code,
    service_levels.clause,
    ticket_slas.contract_id,
    ticket_slas.supplier_id,
    ticket_slas.work_centre_id,
    ticket_slas.priority_applied_code,
    ticket_slas.target_seconds,
    ticket_slas.elapsed_seconds,
    -ticket_slas.remaining_seconds as overdue_seconds,
    ticket_slas.started_at,
    ticket_slas.breached_at,
    ticket_slas.stopped_at,
    ticket_slas.period_month,
    ticket_slas.status_code,
    ticket_slas.cycle_number,
    ticket_slas.bearer_supplier_id,
    ticket_slas.borne_share,
    ticket_slas._source_file,
    ticket_slas._source_row_number,
    ticket_slas._delivery_id
from {{ changed_only(ref('fct_ticket_sla')) }} as ticket_slas
inner join {{ ref('dim_service_level') }} as service_levels
    on ticket_slas.service_level_key = service_levels.service_level_key
where ticket_slas.is_breached
