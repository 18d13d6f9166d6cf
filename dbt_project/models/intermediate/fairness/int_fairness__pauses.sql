-- Grain: one row per ticket and time without a break in which at least one of its clocks stood still by its terms
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with paused_events as (
    select
        events.ticket_key,
        events.event_rank,
        min(measured.contract_id) as contract_id
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as measured
    inner join {{ ref('int_register__clock_terms') }} as terms
        on
            measured.service_level_key = terms.service_level_key
            and terms.can_pause
    inner join {{ changed_only(ref('int_ticket__events')) }} as events
        on
            measured.ticket_key = events.ticket_key
            and measured.start_rank <= events.event_rank
            and coalesce(measured.end_rank, 2147483647) > events.event_rank
    where {{ clock_state('events.state_code', 'events.reason_code', 'terms') }} = 'paused'
    group by events.ticket_key, events.event_rank
),

grouped as (
    select
        paused_events.*,
        event_rank - row_number() over (partition by ticket_key order by event_rank) as group_number
    from paused_events
),

pauses as (
    select
        ticket_key,
        min(contract_id) as contract_id,
        min(event_rank) as first_rank,
        max(event_rank) as last_rank
    from grouped
    group by ticket_key, group_number
),

pauses_dated as (
    select
        pauses.*,
        coalesce(setters.holder_supplier_id, tickets.supplier_id, 'unknown') as supplier_id,
        setters.work_centre_id,
        setters.state_code,
        setters.reason_code,
        setters.event_at as paused_at,
        lasts.next_event_at as resumed_at,
        not setters.is_stand_in and not setters.is_derived as is_logged,
        setters._source_row_number,
        setters._delivery_id
    from pauses
    inner join {{ ref('int_ticket__current') }} as tickets
        on pauses.ticket_key = tickets.ticket_key
    inner join {{ ref('int_ticket__events') }} as setters
        on
            pauses.ticket_key = setters.ticket_key
            and pauses.first_rank = setters.event_rank
    inner join {{ ref('int_ticket__events') }} as lasts
        on
            pauses.ticket_key = lasts.ticket_key
            and pauses.last_rank = lasts.event_rank
)

select
    pauses_dated.ticket_key,
    pauses_dated.first_rank as event_rank,
    pauses_dated.contract_id,
    pauses_dated.supplier_id,
    pauses_dated.work_centre_id,
    pauses_dated.state_code,
    pauses_dated.reason_code,
    pauses_dated.paused_at,
    pauses_dated.resumed_at,
    said.actor_id,
    -- The supplier wrote to the requester within the pause or shortly before it.
    (
        select count(*) > 0
        from {{ ref('int_ticket__events') }} as events
        cross join {{ ref('pause_question_reason') }} as reasons
        where
            reasons.code = 'paused_nobody_asked'
            and events.ticket_key = pauses_dated.ticket_key
            and events.event_type in ('commented', 'responded')
            and events.event_at >= pauses_dated.paused_at - make_interval(mins => reasons.tolerated_minutes)
            and events.event_at <= coalesce(pauses_dated.resumed_at, 'infinity')
    ) as is_asked_on_ticket,
    -- After this answer of the requester the clock still stood.
    (
        select min(events.event_at)
        from {{ ref('int_ticket__events') }} as events
        where
            events.ticket_key = pauses_dated.ticket_key
            and events.event_type = 'requester_commented'
            and events.event_rank > pauses_dated.first_rank
            and events.event_rank <= pauses_dated.last_rank
    ) as answered_at,
    (
        select min(measurements.breached_at)
        from {{ ref('int_sla__measurements') }} as measurements
        where
            measurements.ticket_key = pauses_dated.ticket_key
            and measurements.breached_at <= pauses_dated.paused_at
            and coalesce(measurements.stopped_at > pauses_dated.paused_at, true)
    ) as breached_at,
    pauses_dated._source_row_number,
    pauses_dated._delivery_id
from pauses_dated
left join {{ source('raw', 'ticket_events') }} as said
    on
        pauses_dated.is_logged
        and pauses_dated.ticket_key = said.ticket_key
        and pauses_dated._delivery_id = said._delivery_id
        and pauses_dated._source_row_number = said._line
