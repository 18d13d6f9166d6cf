-- Grain: one row per measurement that differs from its tool's own verdict and other way of counting its time, with the seconds counted so
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
-- Differences are few: their clocks are read again, stretch by stretch, and counted in each of the other ways.
with differences as (
    select
        ticket_key,
        service_level_id
    from {{ changed_only(ref('int_sla__source_verdicts')) }} as verdicts
    where not verdicts.is_agreed
),

looked_at as (
    select expected.*
    from differences
    inner join {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
        on
            differences.ticket_key = expected.ticket_key
            and differences.service_level_id = expected.service_level_id
),

clock_stretches as (
    {{ sla_stretches('looked_at') | indent(4) }}
),

stretches as (
    select
        clock_stretches.ticket_key,
        clock_stretches.ticket_sla_key,
        clock_stretches.from_at,
        clock_stretches.to_at,
        clock_stretches.clock_state_code,
        clock_stretches.calendar_id,
        events.state_code,
        row_number() over (
            partition by clock_stretches.ticket_key, clock_stretches.ticket_sla_key
            order by clock_stretches.event_rank desc, clock_stretches.from_at desc
        ) = 1 as is_last
    from clock_stretches
    inner join {{ ref('int_ticket__events') }} as events
        on
            clock_stretches.ticket_key = events.ticket_key
            and clock_stretches.event_rank = events.event_rank
),

ends_entered as (
    select
        events.ticket_key,
        events.event_at,
        events.state_code = 'closed' and events.state_before_code <> 'closed' as is_closing,
        events.state_before_code not in ('resolved', 'closed') as is_resolution
    from {{ changed_only(ref('int_ticket__events')) }} as events
    where
        events.state_code in ('resolved', 'closed')
        and exists (
            select 1 from differences
            where differences.ticket_key = events.ticket_key
        )
),

-- Where else a tool may stop its clock.
other_stops as (
    select
        ticket_key,
        'first_resolution' as variant_code,
        date_trunc('second', min(event_at)) as stopped_at
    from ends_entered
    where is_resolution
    group by ticket_key
    union all
    select
        ticket_key,
        'last_resolution' as variant_code,
        date_trunc('second', max(event_at)) as stopped_at
    from ends_entered
    where is_resolution
    group by ticket_key
    union all
    select
        ticket_key,
        'first_closing' as variant_code,
        date_trunc('second', min(event_at)) as stopped_at
    from ends_entered
    where is_closing
    group by ticket_key
    union all
    select
        ticket_key,
        'last_closing' as variant_code,
        date_trunc('second', max(event_at)) as stopped_at
    from ends_entered
    where is_closing
    group by ticket_key
),

-- Each way of counting as the pieces of time that it counts; without a calendar round the clock.
pieces as (
    select
        ticket_key,
        ticket_sla_key,
        'pause' as reason_code,
        'pauses_counted' as variant_code,
        null::timestamptz as stopped_at,
        from_at,
        to_at,
        calendar_id
    from stretches
    where clock_state_code in ('running', 'paused')
    union all
    select
        ticket_key,
        ticket_sla_key,
        'pause' as reason_code,
        'waiting_not_counted' as variant_code,
        null as stopped_at,
        from_at,
        -- A piece without seconds: a clock that did nothing but wait has used none.
        case when state_code in ('waiting_customer', 'waiting_third_party', 'on_hold') then from_at else to_at end as to_at,
        calendar_id
    from stretches
    where clock_state_code = 'running'
    union all
    select
        ticket_key,
        ticket_sla_key,
        'exclusion' as reason_code,
        'exclusions_counted' as variant_code,
        null as stopped_at,
        from_at,
        to_at,
        calendar_id
    from stretches
    where clock_state_code in ('running', 'excluded')
    union all
    -- Up to the other stop, what we leave out between a resolution and a reopening included,
    select
        stretches.ticket_key,
        stretches.ticket_sla_key,
        'stop_event' as reason_code,
        other_stops.variant_code,
        other_stops.stopped_at,
        stretches.from_at,
        least(stretches.to_at, other_stops.stopped_at) as to_at,
        stretches.calendar_id
    from stretches
    inner join other_stops
        on stretches.ticket_key = other_stops.ticket_key
    where stretches.clock_state_code in ('running', 'stopped')
    union all
    -- and on from our end where the other stop is later.
    select
        stretches.ticket_key,
        stretches.ticket_sla_key,
        'stop_event' as reason_code,
        other_stops.variant_code,
        other_stops.stopped_at,
        stretches.to_at as from_at,
        other_stops.stopped_at as to_at,
        stretches.calendar_id
    from stretches
    inner join other_stops
        on stretches.ticket_key = other_stops.ticket_key
    where stretches.is_last
    union all
    select
        ticket_key,
        ticket_sla_key,
        'calendar' as reason_code,
        'round_the_clock' as variant_code,
        null as stopped_at,
        from_at,
        to_at,
        null as calendar_id
    from stretches
    where clock_state_code = 'running' and calendar_id is not null
    union all
    -- Hours read in UTC are open at the instant at which the wall clock of the zone shows what UTC shows now.
    select
        stretches.ticket_key,
        stretches.ticket_sla_key,
        'zone' as reason_code,
        'hours_read_in_utc' as variant_code,
        null as stopped_at,
        (stretches.from_at at time zone 'UTC') at time zone days.time_zone as from_at,
        (stretches.to_at at time zone 'UTC') at time zone days.time_zone as to_at,
        stretches.calendar_id
    from stretches
    left join {{ ref('int_calendar__days') }} as days
        on
            stretches.calendar_id = days.calendar_id
            and (stretches.from_at at time zone 'UTC')::date = days.local_date
    where stretches.clock_state_code = 'running' and stretches.calendar_id is not null
),

counted as (
    select
        pieces.ticket_key,
        pieces.ticket_sla_key,
        pieces.reason_code,
        pieces.variant_code,
        pieces.stopped_at,
        case
            when pieces.from_at >= pieces.to_at then 0
            when pieces.calendar_id is null then {{ seconds_of('pieces.to_at') }} - {{ seconds_of('pieces.from_at') }}
            when from_segments.coverage_number = to_segments.coverage_number
                then {{ open_seconds_at('to_segments', 'pieces.to_at') }} - {{ open_seconds_at('from_segments', 'pieces.from_at') }}
        end as open_seconds
    from pieces
    left join {{ ref('int_calendar__segments') }} as from_segments
        on {{ segment_holds('from_segments', 'pieces.calendar_id', 'pieces.from_at') }}
    -- An end belongs to the stretch that it ends: looked up a second before and counted up to it.
    left join {{ ref('int_calendar__segments') }} as to_segments
        on {{ segment_holds('to_segments', 'pieces.calendar_id', "pieces.to_at - interval '1 second'") }}
)

select
    ticket_key,
    ticket_sla_key,
    reason_code,
    variant_code,
    stopped_at,
    -- Beyond the published days nothing is guessed.
    case when bool_and(open_seconds is not null) then sum(open_seconds)::bigint end as elapsed_seconds
from counted
group by ticket_key, ticket_sla_key, reason_code, variant_code, stopped_at
