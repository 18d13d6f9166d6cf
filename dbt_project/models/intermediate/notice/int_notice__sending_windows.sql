-- Grain: one row per quiet hours, calendar and zone in use, and uninterrupted time in which letters may leave
-- Reaches forty days ahead, so that mail can go out between nights and after some that failed.
{% set days_ahead = 40 %}
with settings as (
    select
        quiet_hours,
        quiet_calendar_id,
        quiet_time_zone
    from {{ ref('int_notice__causes') }}
    union
    select
        quiet_hours,
        quiet_calendar_id,
        quiet_time_zone
    from {{ ref('int_notice__issued') }}
),

days as (
    select
        settings.*,
        generated.day_at::date as local_date
    from settings
    cross join {{ ref('stg_ops__run') }} as run
    cross join lateral generate_series(
        date_trunc('day', run.as_of at time zone settings.quiet_time_zone) - interval '1 day',
        date_trunc('day', run.as_of at time zone settings.quiet_time_zone) + interval '{{ days_ahead }} days',
        interval '1 day'
    ) as generated (day_at)
),

-- A day that the calendar does not publish is no working day.
working as (
    select
        days.quiet_hours,
        days.quiet_calendar_id,
        days.quiet_time_zone,
        range_agg(tstzrange(
            days.local_date::timestamp at time zone days.quiet_time_zone,
            (days.local_date + 1)::timestamp at time zone days.quiet_time_zone
        )) as open_ranges
    from days
    left join {{ ref('int_calendar__working_days') }} as working_days
        on
            days.quiet_calendar_id = working_days.calendar_id
            and days.local_date = working_days.local_date
    where days.quiet_calendar_id is null or working_days.calendar_id is not null
    group by 1, 2, 3
),

quiet_times as (
    select
        days.quiet_hours,
        days.quiet_time_zone,
        days.local_date,
        split_part(piece.hours, '-', 1)::interval as from_time,
        split_part(piece.hours, '-', 2)::interval as to_time
    from days
    cross join lateral unnest({{ codes_of('days.quiet_hours') }}) as piece (hours)
),

-- An end at or before its start reaches into the next day.
quiet_instants as (
    select
        quiet_hours,
        quiet_time_zone,
        (local_date + from_time) at time zone quiet_time_zone as from_at,
        (
            local_date + to_time + case when to_time <= from_time then interval '1 day' else interval '0' end
        ) at time zone quiet_time_zone as to_at
    from quiet_times
),

-- A change of the clocks must not turn a range round.
quiet as (
    select
        quiet_hours,
        quiet_time_zone,
        range_agg(tstzrange(least(from_at, to_at), greatest(from_at, to_at))) as quiet_ranges
    from quiet_instants
    group by 1, 2
)

select
    working.quiet_hours,
    working.quiet_calendar_id,
    working.quiet_time_zone,
    lower(windows.during) as from_at,
    upper(windows.during) as to_at
from working
left join quiet
    on
        working.quiet_hours = quiet.quiet_hours
        and working.quiet_time_zone = quiet.quiet_time_zone
cross join lateral unnest(working.open_ranges - coalesce(quiet.quiet_ranges, '{}'::tstzmultirange)) as windows (during)
