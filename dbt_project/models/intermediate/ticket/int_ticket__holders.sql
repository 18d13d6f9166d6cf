-- Grain: one row per ticket that several suppliers held, and supplier, with when it first took the ticket over
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
select
    events.ticket_key,
    events.supplier_id,
    min(events.event_rank) as first_held_rank,
    min(events.event_at) as first_held_at,
    -- Until the first work centre is stated, the ticket waits for the party that gets it.
    min(events.event_rank) = min(min(events.event_rank)) over (partition by events.ticket_key) as is_first_holder
from {{ changed_only(ref('int_ticket__events')) }} as events
inner join {{ ref('int_ticket__current') }} as tickets
    on
        events.ticket_key = tickets.ticket_key
        and tickets.has_several_suppliers
where events.supplier_id is not null
group by events.ticket_key, events.supplier_id
