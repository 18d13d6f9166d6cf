-- Grain: one row per ticket, contract, party that held it, state, reason and month, and one per span that has not ended by the run
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
-- Seconds round the clock from the opening until the work was done. A span that has not ended is told by its start only: it
-- goes on while nothing is delivered, so its seconds are the business of whoever adds up. Likewise who a state waits for.
with spans as (
    select
        events.ticket_key,
        contracts.contract_id,
        coalesce(zones.time_zone, 'UTC') as time_zone,
        coalesce(events.holder_supplier_id, tickets.supplier_id, 'unknown') as supplier_id,
        events.state_code,
        events.reason_code,
        date_trunc('second', events.event_at) as from_at,
        date_trunc('second', events.next_event_at) as to_at
    from {{ changed_only(ref('int_ticket__events')) }} as events
    inner join {{ ref('int_ticket__current') }} as tickets
        on events.ticket_key = tickets.ticket_key
    -- Under a contract that is the holder's own; under several of them it counts in each.
    left join {{ ref('int_ticket__contracts') }} as contracts
        on
            events.ticket_key = contracts.ticket_key
            and coalesce(events.holder_supplier_id, tickets.supplier_id) = contracts.supplier_id
    left join {{ ref('int_register__contracts_latest') }} as zones
        on contracts.contract_id = zones.contract_id
    where events.state_code not in ('resolved', 'closed', 'cancelled')
)

select
    spans.ticket_key,
    spans.contract_id,
    spans.supplier_id,
    spans.state_code,
    spans.reason_code,
    generated.month_at::date as period_month,
    sum(extract(
        epoch from
        least(spans.to_at, (generated.month_at + interval '1 month') at time zone spans.time_zone)
        - greatest(spans.from_at, generated.month_at at time zone spans.time_zone)
    ))::bigint as held_seconds,
    null::timestamptz as running_from_at
from spans
cross join
    lateral generate_series(
        date_trunc('month', spans.from_at at time zone spans.time_zone),
        date_trunc('month', (spans.to_at - interval '1 second') at time zone spans.time_zone),
        interval '1 month'
    ) as generated (month_at)
where spans.from_at < spans.to_at
group by
    spans.ticket_key,
    spans.contract_id,
    spans.supplier_id,
    spans.state_code,
    spans.reason_code,
    generated.month_at
union all
select
    ticket_key,
    contract_id,
    supplier_id,
    state_code,
    reason_code,
    null as period_month,
    null as held_seconds,
    from_at as running_from_at
from spans
where to_at is null
