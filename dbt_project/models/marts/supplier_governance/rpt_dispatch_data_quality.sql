-- Grain: one row per work centre and month in which tickets of it were opened
with bulk_minutes as (
    select
        coalesce(tickets.work_centre_id, '(empty)') as work_centre_id,
        date_trunc('minute', tickets.closed_at) as closed_minute
    from {{ ref('fct_ticket') }} as tickets
    cross join {{ ref('dispatch_fault') }} as faults
    where
        faults.code = 'closed_in_bulk'
        and tickets.closed_at is not null
    group by coalesce(tickets.work_centre_id, '(empty)'), date_trunc('minute', tickets.closed_at), faults.at_least_count
    having count(*) >= faults.at_least_count
),

out_of_order as (
    select distinct ticket_key
    from {{ ref('qc_ticket_times_out_of_order') }}
),

backdated as (
    select distinct ticket_key
    from {{ ref('qc_pause_question') }}
    where question_code = 'backdated_completion'
),

counted as (
    select
        coalesce(tickets.work_centre_id, '(empty)') as work_centre_id,
        date_trunc('month', tickets.opened_at at time zone 'UTC')::date as period_month,
        count(*) as ticket_count,
        count(*) filter (where tickets.priority_code is null) as without_priority_count,
        count(*) filter (where tickets.category_code is null) as without_category_count,
        count(*) filter (where tickets.address is null) as without_address_count,
        count(*) filter (where tickets.promised_at is null) as without_promise_count,
        count(*) filter (where tickets.responded_at is null) as without_response_count,
        count(*) filter (where tickets.resolved_at is not null) as resolved_count,
        count(*) filter (where tickets.resolved_at is not null and tickets.responded_at is null) as resolved_without_response_count,
        count(*) filter (
            where out_of_order.ticket_key is not null
            or tickets.responded_at > coalesce(tickets.resolved_at, tickets.closed_at)
            or tickets.promised_at < tickets.opened_at
        ) as times_out_of_order_count,
        count(*) filter (where tickets.closed_at is not null) as closed_count,
        count(bulk_minutes.closed_minute) as closed_in_bulk_count,
        count(backdated.ticket_key) as backdated_count
    from {{ ref('fct_ticket') }} as tickets
    left join bulk_minutes
        on
            coalesce(tickets.work_centre_id, '(empty)') = bulk_minutes.work_centre_id
            and date_trunc('minute', tickets.closed_at) = bulk_minutes.closed_minute
    left join out_of_order
        on tickets.ticket_key = out_of_order.ticket_key
    left join backdated
        on tickets.ticket_key = backdated.ticket_key
    group by coalesce(tickets.work_centre_id, '(empty)'), date_trunc('month', tickets.opened_at at time zone 'UTC')
)

select
    {{ surrogate_key(['counted.work_centre_id', 'counted.period_month']) }} as dispatch_data_quality_key,
    coalesce(work_centres.work_centre_key, 'unknown') as work_centre_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    counted.work_centre_id,
    work_centres.work_centre_name,
    work_centres.work_centre_name_zh,
    coalesce(work_centres.supplier_id, 'unknown') as supplier_id,
    counted.period_month,
    ((counted.period_month + interval '1 month') at time zone 'UTC') <= run.as_of as is_period_complete,
    counted.ticket_count,
    counted.without_priority_count,
    counted.without_category_count,
    counted.without_address_count,
    counted.without_promise_count,
    counted.without_response_count,
    counted.resolved_count,
    counted.resolved_without_response_count,
    counted.times_out_of_order_count,
    counted.closed_count,
    counted.closed_in_bulk_count,
    counted.backdated_count,
    run.as_of
from counted
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__work_centre_versions') }} as work_centres
    on
        counted.work_centre_id = work_centres.work_centre_id
        and work_centres.is_current
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        work_centres.supplier_id = suppliers.supplier_id
        and suppliers.is_current
