-- Grain: one row per ticket and metric that was late by a clock, while every contract that measures it says that another answers
{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='ticket_key', on_schema_change='fail') }}
select
    ticket_key,
    metric_code,
    min(ticket_id) as ticket_id,
    string_agg(distinct contract_id, ';' order by contract_id) as contract_id,
    string_agg(distinct supplier_id, ';' order by supplier_id) as supplier_id,
    string_agg(distinct bearer_supplier_id, ';' order by bearer_supplier_id) as bearer_supplier_id,
    max(elapsed_seconds - target_seconds) as exceeded_seconds,
    min(_source_file) as _source_file,
    min(_source_row_number) as _source_row_number
from {{ changed_only(ref('fct_ticket_sla')) }} as measurements
where status_code <> 'no_service_level'
group by ticket_key, metric_code
having
    bool_and(status_code = 'excused' and status_reason_code = 'handed_over')
    and bool_or(elapsed_seconds > target_seconds)
