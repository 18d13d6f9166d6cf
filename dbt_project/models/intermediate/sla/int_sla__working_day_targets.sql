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
    inner join {{ ref('int_sla__expected_measurements') }} as expected
        on
            retargets.ticket_key = expected.ticket_key
            and retargets.ticket_sla_key = expected.ticket_sla_key
),

started as (
    select
        asked.*,
        terms.calendar_id,
        terms.target_working_days,
        (asked.started_at at time zone zones.time_zone)::date as started_on
    from asked
    inner join {{ ref('int_register__clock_terms') }} as terms
        on
            asked.service_level_key = terms.service_level_key
            and terms.target_unit = 'working_days'
    -- The zone of the calendar on the day of the start.
    inner join lateral (
        select days.time_zone
        from {{ ref('int_calendar__working_days') }} as days
        where days.calendar_id = terms.calendar_id
        order by days.local_date < (asked.started_at at time zone 'UTC')::date, abs(days.local_date - (asked.started_at at time zone 'UTC')::date)
        limit 1
    ) as zones on true
    where asked.started_at is not null
),

closings as (
    select
        started.*,
        due_day.closes_at
    from started
    left join lateral (
        select days.closes_at
        from {{ ref('int_calendar__working_days') }} as days
        where
            days.calendar_id = started.calendar_id
            and case
                when started.target_working_days = 0 then days.local_date >= started.started_on and days.closes_at > started.started_at
                else days.working_day_number = started.target_working_days + coalesce(
                    (
                        select max(passed.working_day_number)
                        from {{ ref('int_calendar__working_days') }} as passed
                        where
                            passed.calendar_id = started.calendar_id
                            and passed.local_date <= started.started_on
                    ),
                    0
                )
            end
        order by days.working_day_number
        limit 1
    ) as due_day on true
)

select
    closings.ticket_sla_key,
    closings.ticket_key,
    closings.service_level_key,
    closings.closes_at,
    {{ open_seconds_at('close_segments', 'closings.closes_at') }} - {{ open_seconds_at('start_segments', "date_trunc('second', closings.started_at)") }}
        as target_seconds
from closings
inner join {{ ref('int_calendar__segments') }} as start_segments
    on {{ segment_holds('start_segments', 'closings.calendar_id', "date_trunc('second', closings.started_at)") }}
-- The close belongs to the stretch that it ends: asked a second before and counted up to it.
inner join {{ ref('int_calendar__segments') }} as close_segments
    on
        {{ segment_holds('close_segments', 'closings.calendar_id', "closings.closes_at - interval '1 second'") }}
        and start_segments.coverage_number = close_segments.coverage_number
