-- Grain: one row per supplier (`unknown` without one) and UTC day with a complaint or a ticket opened
with run as (
    select as_of from {{ ref('stg_ops__run') }}
),

-- A ticket that was handed over is a ticket of each supplier that held it; so is one that a supplier's contract counts as missed.
tickets_of_suppliers as (
    select
        tickets.ticket_key,
        coalesce(holders.supplier_id, tickets.supplier_id, 'unknown') as supplier_id,
        tickets.opened_at,
        false as is_breached
    from {{ ref('int_ticket__current') }} as tickets
    left join {{ ref('int_ticket__holders') }} as holders
        on
            tickets.has_several_suppliers
            and tickets.ticket_key = holders.ticket_key
    union all
    select
        tickets.ticket_key,
        measurements.supplier_id,
        tickets.opened_at,
        true as is_breached
    from {{ ref('int_sla__measurements') }} as measurements
    inner join {{ ref('int_ticket__current') }} as tickets
        on measurements.ticket_key = tickets.ticket_key
    where measurements.is_breached and measurements.supplier_id is not null
),

tickets_once as (
    select
        supplier_id,
        (opened_at at time zone 'UTC')::date as utc_date,
        bool_or(is_breached) as is_breached
    from tickets_of_suppliers
    where opened_at <= (select run.as_of from run)
    group by ticket_key, supplier_id, opened_at
),

counts as (
    select
        supplier_id,
        utc_date,
        count(*) as ticket_count,
        count(*) filter (where is_breached) as breached_ticket_count,
        0::bigint as complaint_count,
        0::bigint as justified_complaint_count,
        0::bigint as undecided_complaint_count
    from tickets_once
    group by supplier_id, utc_date
    union all
    select
        coalesce(supplier_id, 'unknown') as supplier_id,
        (complained_at at time zone 'UTC')::date as utc_date,
        0 as ticket_count,
        0 as breached_ticket_count,
        count(*) as complaint_count,
        count(*) filter (where is_justified) as justified_complaint_count,
        count(*) filter (where is_justified is null) as undecided_complaint_count
    from {{ ref('int_complaint__attributed') }}
    group by coalesce(supplier_id, 'unknown'), (complained_at at time zone 'UTC')::date
)

select
    supplier_id,
    utc_date,
    sum(ticket_count)::bigint as ticket_count,
    sum(breached_ticket_count)::bigint as breached_ticket_count,
    sum(complaint_count)::bigint as complaint_count,
    sum(justified_complaint_count)::bigint as justified_complaint_count,
    sum(undecided_complaint_count)::bigint as undecided_complaint_count
from counts
group by supplier_id, utc_date
