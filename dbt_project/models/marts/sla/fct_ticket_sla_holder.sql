-- Grain: one row per measurement whose clock has started and party that held the ticket, with the open seconds counted meanwhile
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with held as (
    select
        stretches.ticket_key,
        stretches.ticket_sla_key,
        stretches.holder_supplier_id,
        sum(stretches.open_seconds)::bigint as held_seconds
    from {{ changed_only(ref('int_sla__stretches')) }} as stretches
    inner join {{ ref('int_ticket__current') }} as tickets
        on
            stretches.ticket_key = tickets.ticket_key
            and tickets.has_several_holders
    group by stretches.ticket_key, stretches.ticket_sla_key, stretches.holder_supplier_id
)

select
    measurements.ticket_sla_key,
    measurements.ticket_key,
    case when tickets.has_several_holders then held.holder_supplier_id else coalesce(tickets.supplier_id, 'unknown') end as supplier_id,
    case when tickets.has_several_holders then held.held_seconds else measurements.elapsed_seconds end as held_seconds
from {{ changed_only(ref('int_sla__measurements')) }} as measurements
inner join {{ ref('int_ticket__current') }} as tickets
    on measurements.ticket_key = tickets.ticket_key
left join held
    on
        measurements.ticket_key = held.ticket_key
        and measurements.ticket_sla_key = held.ticket_sla_key
where
    measurements.elapsed_seconds is not null
    and (not tickets.has_several_holders or held.ticket_sla_key is not null)
