-- Grain: one row per stretch of a measurement's clock that is open or closed as a whole, from its start to its end
{{ config(materialized='view') }}
-- A view: what it says of one ticket is worked out when somebody asks, from that ticket's own rows. Ask by ticket_key.
with stretches as (
    {{ sla_stretches(ref('int_sla__expected_measurements')) | indent(4) }}
),

-- Cut at openings and closings, and at the calendar's own midnights, so that each row lies on one local day.
pieces as (
    select
        stretches.*,
        segments.is_open,
        days.exception_kind,
        days.exception_name,
        days.exception_name_zh,
        greatest(stretches.from_at, segments.segment_from, {{ local_midnight('days.local_date', 'days.time_zone') }}) as piece_from,
        least(stretches.to_at, segments.segment_to, {{ local_midnight('(days.local_date + 1)', 'days.time_zone') }}) as piece_to
    from stretches
    left join {{ ref('int_calendar__segments') }} as segments
        on
            stretches.calendar_id = segments.calendar_id
            and stretches.from_at < segments.segment_to
            and stretches.to_at > segments.segment_from
            and segments.utc_date >= (stretches.from_at at time zone 'UTC')::date - 1
            and segments.utc_date <= (stretches.to_at at time zone 'UTC')::date
    left join {{ ref('int_calendar__days') }} as days
        on
            segments.calendar_id = days.calendar_id
            -- No zone is a day away from UTC: three days to look up, not all of the calendar.
            and days.local_date >= segments.utc_date - 1
            and days.local_date <= segments.utc_date + 1
            and days.local_date >= (greatest(stretches.from_at, segments.segment_from) at time zone days.time_zone)::date
            and days.local_date
            <= ((least(stretches.to_at, segments.segment_to) - interval '1 microsecond') at time zone days.time_zone)::date
    where
        stretches.from_at < stretches.to_at
        and (stretches.calendar_id is null or segments.calendar_id is not null)
    union all
    -- Time for which the calendar is not published: nobody can say whether it was open.
    select
        stretches.*,
        null as is_open,
        null as exception_kind,
        null as exception_name,
        null as exception_name_zh,
        lower(unpublished) as piece_from,
        upper(unpublished) as piece_to
    from stretches
    cross join
        lateral (
            select range_agg(tstzrange(coverages.stretch_from, coverages.stretch_to)) as windows
            from {{ ref('int_calendar__openings') }} as coverages
            where
                coverages.calendar_id = stretches.calendar_id
                and not coverages.is_open
                and coverages.stretch_to > stretches.from_at
                and coverages.stretch_from < stretches.to_at
        ) as published
    cross join
        lateral unnest(
            tstzmultirange(tstzrange(stretches.from_at, stretches.to_at)) - coalesce(published.windows, '{}')
        ) as unpublished
    where
        stretches.from_at < stretches.to_at
        and stretches.calendar_id is not null
)

select
    pieces.ticket_sla_key,
    pieces.ticket_key,
    tickets.source_system,
    tickets.ticket_id,
    terms.service_level_id,
    coalesce(pieces.piece_from, pieces.from_at) as from_at,
    coalesce(pieces.piece_to, pieces.to_at) as to_at,
    pieces.clock_state_code,
    pieces.is_open,
    case
        when pieces.clock_state_code <> 'running' then 0
        when pieces.calendar_id is null then {{ seconds_of('pieces.to_at') }} - {{ seconds_of('pieces.from_at') }}
        when pieces.is_open then {{ seconds_of('pieces.piece_to') }} - {{ seconds_of('pieces.piece_from') }}
        when not pieces.is_open then 0
    end as counted_seconds,
    pieces.exception_kind as day_exception_code,
    pieces.exception_name as day_exception_name,
    pieces.exception_name_zh as day_exception_name_zh,
    setters.state_code,
    setters.reason_code,
    setters.event_type,
    setters.event_at,
    said.actor_id,
    pieces.exclusion_id,
    exclusions.reason_code as exclusion_reason_code,
    exclusions.requested_by as exclusion_requested_by,
    exclusions.approved_by as exclusion_approved_by,
    exclusions.evidence as exclusion_evidence,
    pieces.holder_supplier_id,
    pieces.priority_code as priority_applied_code,
    pieces.service_level_key,
    pieces.calendar_id,
    pieces.target_seconds,
    deliveries.source_file as _source_file,
    setters._source_row_number,
    setters._delivery_id,
    setters.is_derived as is_event_derived,
    setters.known_from_at as event_known_from_at,
    setters.known_until_at as event_known_until_at
from pieces
inner join {{ ref('int_ticket__current') }} as tickets
    on pieces.ticket_key = tickets.ticket_key
inner join {{ ref('int_register__clock_terms') }} as terms
    on pieces.service_level_key = terms.service_level_key
-- The event that put the ticket into the state it then was in.
left join lateral (
    select events.*
    from {{ ref('int_ticket__events') }} as events
    where
        events.ticket_key = pieces.ticket_key
        and events.event_rank <= pieces.event_rank
        and (events.state_before_code is distinct from events.state_code or events.reason_before_code is distinct from events.reason_code)
    order by events.event_rank desc
    limit 1
) as setters on true
left join lateral (
    select delivered.actor_id
    from {{ source('raw', 'ticket_events') }} as delivered
    where
        not (setters.is_stand_in or setters.is_derived)
        and delivered.ticket_key = pieces.ticket_key
        and delivered._delivery_id = setters._delivery_id
        and delivered._line = setters._source_row_number
    limit 1
) as said on true
left join {{ ref('int_register__exclusions_in_effect') }} as exclusions
    on pieces.exclusion_id = exclusions.exclusion_id
left join {{ ref('stg_ops__accepted_deliveries') }} as deliveries
    on setters._delivery_id = deliveries.delivery_id
