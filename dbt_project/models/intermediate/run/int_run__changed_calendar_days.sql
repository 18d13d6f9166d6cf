-- Grain: one row per calendar and local date whose hours are other ones now than at the last build of this slot
{{ config(materialized='view') }}
-- Empty in a slot that was just built; scripts/preview_change asks it which clocks a change of calendars can reach.
with pending_calendars as materialized (
    select calendars.*
    from {{ ref('stg_contract_register__calendars') }} as calendars
    inner join {{ ref('int_run__pending_objects') }} as pending
        on
            calendars.calendar_id = pending.object_id
            and pending.object_kind = 'calendar'
),

days as (
    {{ calendar_days('pending_calendars') | indent(4) }}
),

built as (
    select built.*
    from {{ ref('int_calendar__days') }} as built
    where exists (
        select 1 from pending_calendars
        where pending_calendars.calendar_id = built.calendar_id
    )
)

select
    coalesce(days.calendar_id, built.calendar_id) as calendar_id,
    coalesce(days.local_date, built.local_date) as local_date,
    built.hours as hours_before,
    days.hours as hours_after,
    coalesce(days.exception_name, built.exception_name) as exception_name,
    -- Hours of a day may reach into the next one.
    coalesce(days.local_date, built.local_date)::timestamp at time zone coalesce(built.time_zone, days.time_zone) as reaches_from,
    (coalesce(days.local_date, built.local_date) + 2)::timestamp at time zone coalesce(days.time_zone, built.time_zone) as reaches_to
from days
full join built
    on
        days.calendar_id = built.calendar_id
        and days.local_date = built.local_date
where
    days.local_date is null
    or built.local_date is null
    or days.hours is distinct from built.hours
    or days.time_zone <> built.time_zone
