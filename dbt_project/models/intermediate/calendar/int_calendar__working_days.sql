-- Grain: one row per calendar and local date with hours, numbered, with the instant at which its last opening closes
{{ config(indexes=[
    {'columns': ['calendar_id', 'working_day_number'], 'unique': true},
    {'columns': ['calendar_id', 'local_date'], 'unique': true}
]) }}
with closings as (
    select
        days.calendar_id,
        days.local_date,
        days.time_zone,
        max(
            split_part(piece.hours, '-', 2)::interval
            -- An end at or before its start reaches into the next day.
            + case
                when split_part(piece.hours, '-', 2)::interval <= split_part(piece.hours, '-', 1)::interval then interval '1 day'
                else interval '0'
            end
        ) as closes
    from {{ changed_only(ref('int_calendar__days'), 'calendar_id') }} as days
    cross join lateral unnest({{ codes_of('days.hours') }}) as piece (hours)
    group by days.calendar_id, days.local_date, days.time_zone
)

select
    calendar_id,
    local_date,
    time_zone,
    (row_number() over (partition by calendar_id order by local_date))::integer as working_day_number,
    (local_date + closes) at time zone time_zone as closes_at
from closings
