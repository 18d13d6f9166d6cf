-- Grain: one row per expected measurement and terms in force on its way that are due at the close of business of the n-th working day
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
-- The target in seconds is what the calendar has open between the start and that close; pauses then move the due instant.
with asked as (
    select
        ticket_sla_key,
        ticket_key,
        service_level_key,
        started_at
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    union distinct
    select
        expected.ticket_sla_key,
        expected.ticket_key,
        retargets.service_level_key,
        expected.started_at
    from {{ changed_only(ref('int_sla__retargets')) }} as retargets
    inner join {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
        on retargets.ticket_sla_key = expected.ticket_sla_key
),

started as (
    select
        asked.*,
        terms.calendar_id,
        terms.target_working_days,
        (asked.started_at at time zone coalesce(next_day.time_zone, last_day.time_zone))::date as started_on
    from asked
    inner join {{ ref('int_register__clock_terms') }} as terms
        on
            asked.service_level_key = terms.service_level_key
            and terms.target_unit = 'working_days'
    -- The zone of the calendar on the day of the start, or on the working day next to it.
    left join lateral (
        select days.time_zone
        from {{ ref('int_calendar__working_days') }} as days
        where
            days.calendar_id = terms.calendar_id
            and days.local_date >= (asked.started_at at time zone 'UTC')::date
        order by days.local_date
        limit 1
    ) as next_day on true
    left join lateral (
        select days.time_zone
        from {{ ref('int_calendar__working_days') }} as days
        where
            next_day.time_zone is null
            and days.calendar_id = terms.calendar_id
            and days.local_date < (asked.started_at at time zone 'UTC')::date
        order by days.local_date desc
        limit 1
    ) as last_day on true
    where asked.started_at is not null
),

-- Each of these is one look-up in an index of the calendar's working days.
closings as (
    select
        started.*,
        coalesce(same_day.closes_at, later_day.closes_at) as closes_at
    from started
    left join lateral (
        select days.closes_at
        from {{ ref('int_calendar__working_days') }} as days
        where
            started.target_working_days = 0
            and days.calendar_id = started.calendar_id
            and days.local_date >= started.started_on
            and days.closes_at > started.started_at
        order by days.local_date
        limit 1
    ) as same_day on true
    left join lateral (
        select days.working_day_number
        from {{ ref('int_calendar__working_days') }} as days
        where
            started.target_working_days > 0
            and days.calendar_id = started.calendar_id
            and days.local_date <= started.started_on
        order by days.local_date desc
        limit 1
    ) as passed on true
    left join {{ ref('int_calendar__working_days') }} as later_day
        on
            started.target_working_days > 0
            and started.calendar_id = later_day.calendar_id
            and coalesce(passed.working_day_number, 0) + started.target_working_days = later_day.working_day_number
)

select
    closings.ticket_sla_key,
    closings.ticket_key,
    closings.service_level_key,
    closings.closes_at,
    {{ open_seconds_at('close_segments', 'closings.closes_at') }}
    - {{ open_seconds_at('start_segments', "date_trunc('second', closings.started_at)") }} as target_seconds
from closings
inner join {{ ref('int_calendar__segments') }} as start_segments
    on {{ segment_holds('start_segments', 'closings.calendar_id', "date_trunc('second', closings.started_at)") }}
-- The close belongs to the stretch that it ends: asked a second before and counted up to it.
inner join {{ ref('int_calendar__segments') }} as close_segments
    on
        {{ segment_holds('close_segments', 'closings.calendar_id', "closings.closes_at - interval '1 second'") }}
        and start_segments.coverage_number = close_segments.coverage_number
