-- Grain: one row per ticket, supplier under whose contract it is measured and service; one row without a service where none is named
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with services as (
    select distinct
        measured.ticket_key,
        coalesce(measured.supplier_id, tickets.supplier_id, 'unknown') as supplier_id,
        levels.service_code,
        date_trunc('month', tickets.opened_at at time zone 'UTC')::date as period_month
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as measured
    inner join {{ ref('int_ticket__current') }} as tickets
        on measured.ticket_key = tickets.ticket_key
    left join {{ ref('int_register__service_level_versions') }} as levels
        on measured.service_level_key = levels.service_level_key
)

select
    ticket_key,
    supplier_id,
    service_code,
    period_month,
    -- Of several services of a ticket one stands for the ticket where tickets are counted.
    row_number() over (partition by ticket_key, supplier_id order by service_code nulls last) = 1 as is_first_service
from services
-- A level without a service says nothing where another one of the ticket names it.
where
    service_code is not null
    or not exists (
        select 1 from services as named
        where
            named.ticket_key = services.ticket_key
            and named.supplier_id = services.supplier_id
            and named.service_code is not null
    )
