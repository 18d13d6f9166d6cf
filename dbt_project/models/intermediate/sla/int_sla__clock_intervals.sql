-- Grain: one row per expected measurement and stretch between two events during which its clock ran, with the open seconds in it
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with running as (
    select
        ticket_sla_key,
        ticket_key,
        event_rank,
        target_unit,
        target_seconds,
        calendar_id,
        -- The clock counts whole seconds; the fraction of an instant is cut off before anything is added up.
        date_trunc('second', event_at) as from_at,
        date_trunc('second', next_event_at) as to_at
    from {{ ref('int_sla__clock_events') }}
    where clock_state_code = 'running'
),

looked_up as (
    select
        running.*,
        from_segments.coverage_number,
        to_segments.coverage_number as to_coverage_number,
        from_segments.open_seconds_before
        + case when from_segments.is_open then extract(epoch from running.from_at - from_segments.segment_from)::bigint else 0 end
            as from_open_seconds,
        to_segments.open_seconds_before
        + case when to_segments.is_open then extract(epoch from running.to_at - to_segments.segment_from)::bigint else 0 end
            as to_open_seconds
    from running
    left join {{ ref('int_calendar__segments') }} as from_segments
        on
            running.target_unit = 'business_minutes'
            and running.calendar_id = from_segments.calendar_id
            and (running.from_at at time zone 'UTC')::date = from_segments.utc_date
            and running.from_at >= from_segments.segment_from
            and running.from_at < from_segments.segment_to
    left join {{ ref('int_calendar__segments') }} as to_segments
        on
            running.target_unit = 'business_minutes'
            and running.calendar_id = to_segments.calendar_id
            and (running.to_at at time zone 'UTC')::date = to_segments.utc_date
            and running.to_at >= to_segments.segment_from
            and running.to_at < to_segments.segment_to
)

select
    ticket_sla_key,
    ticket_key,
    event_rank,
    target_unit,
    target_seconds,
    calendar_id,
    coverage_number,
    from_at,
    to_at,
    from_open_seconds,
    -- Both ends must lie in the same unbroken stretch of published days; nothing is guessed beyond it.
    target_unit <> 'business_minutes' or coalesce(coverage_number = to_coverage_number, false) as is_measurable,
    case
        when target_unit = 'business_minutes' then to_open_seconds - from_open_seconds
        else extract(epoch from to_at - from_at)::bigint
    end as open_seconds
from looked_up
