-- Grain: one row per ticket that is past its promised time or has a breached measurement
{{ config(materialized='view') }}
-- A view: what is still open comes to be late without anything being delivered. The paper's columns come first, in its order.
with tickets as (
    select
        tickets.*,
        run.as_of,
        coalesce(tickets.resolved_at, tickets.closed_at) as completed_at,
        coalesce(tickets.resolved_at, tickets.closed_at, tickets.cancelled_at, run.as_of) as ended_at
    from {{ ref('fct_ticket') }} as tickets
    cross join {{ ref('stg_ops__run') }} as run
),

late as (
    select tickets.*
    from tickets
    where
        tickets.promised_at < tickets.ended_at
        or tickets.ticket_key in (
            select breaches.ticket_key from {{ ref('fct_sla_breach') }} as breaches
        )
),

told as (
    select
        late.*,
        measured.contract_id,
        measured.service_level_id,
        coalesce(measured.status_code, 'no_service_level') as status_code,
        coalesce(late.promised_at, measured.due_at) as expected_at,
        case
            when measured.target_used_ratio is not null then measured.target_used_ratio
            when late.promised_at > late.opened_at
                then
                    round(
                        extract(epoch from late.ended_at - late.opened_at) / extract(epoch from late.promised_at - late.opened_at), 4
                    )
        end as time_used_ratio,
        measured.target_used_ratio is not null as is_of_target
    from late
    -- Of several service levels the breached one that was missed by most, in proportion.
    left join lateral (
        select
            ticket_slas.contract_id,
            ticket_slas.service_level_id,
            ticket_slas.status_code,
            ticket_slas.due_at,
            ticket_slas.target_used_ratio
        from {{ ref('fct_ticket_sla') }} as ticket_slas
        where
            ticket_slas.ticket_key = late.ticket_key
            and ticket_slas.status_code <> 'no_service_level'
        order by
            ticket_slas.is_breached desc,
            ticket_slas.target_used_ratio desc nulls last,
            ticket_slas.service_level_id,
            ticket_slas.cycle_number,
            ticket_slas.ticket_sla_key
        limit 1
    ) as measured on true
)

select
    work_centres.work_centre_name,
    told.category_code,
    told.ticket_id,
    told.address,
    told.priority_code,
    told.opened_at as started_at,
    told.expected_at as promised_at,
    told.completed_at,
    statuses.status_name
    || coalesce(
        ', ' || trim_scale(round(told.time_used_ratio * 100, 1))::text
        || case when told.is_of_target then ' % of target' else ' % of promise' end,
        ''
    ) as achieved_service_level,
    statuses.status_name_zh
    || coalesce(
        '，用去' || case when told.is_of_target then '目标' else '承诺时间' end || '的 '
        || trim_scale(round(told.time_used_ratio * 100, 1))::text || ' %',
        ''
    ) as achieved_service_level_zh,
    work_centres.work_centre_name_zh,
    told.ticket_key,
    told.work_centre_key,
    told.supplier_key,
    told.source_system,
    told.work_centre_id,
    told.supplier_id,
    told.contract_id,
    told.service_level_id,
    told.status_code,
    told.time_used_ratio,
    told.promised_at is not null as is_promise_given,
    coalesce(told.promised_at < told.ended_at, false) as is_past_promise,
    greatest(extract(epoch from date_trunc('second', told.ended_at) - date_trunc('second', told.expected_at))::bigint, 0)
        as overdue_seconds,
    told.as_of,
    told._source_file,
    told._source_row_number,
    told._delivery_id
from told
inner join {{ ref('dim_work_centre') }} as work_centres
    on told.work_centre_key = work_centres.work_centre_key
inner join {{ ref('dim_measurement_status') }} as statuses
    on told.status_code = statuses.status_code
