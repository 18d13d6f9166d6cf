-- Grain: one row per time zone of the calendars to lay out and period during which its offset from UTC is constant
-- depends_on: {{ ref('int_calendar__changed') }}
with zones as (
    select
        time_zone,
        min(local_date) - 3 as first_date,
        max(local_date) + 4 as last_date
    from {{ ref('int_calendar__days') }}
    {%- if kept('int_calendar__segments') is not none %}
    where calendar_id in (select calendar_id from {{ ref('int_calendar__changed') }})
    {%- endif %}
    group by time_zone
),

-- Probe each UTC midnight first; only a day whose ends differ is probed minute by minute.
midnights as (
    select
        zones.time_zone,
        generated.probe_at,
        (generated.probe_at at time zone zones.time_zone) - (generated.probe_at at time zone 'UTC') as utc_offset
    from zones
    cross join
        lateral generate_series(
            zones.first_date::timestamp at time zone 'UTC', zones.last_date::timestamp at time zone 'UTC', interval '24 hours'
        ) as generated (probe_at)
),

days_with_change as (
    select
        time_zone,
        probe_at,
        utc_offset
    from (
        select
            midnights.*,
            lead(utc_offset) over (partition by time_zone order by probe_at) as next_offset
        from midnights
    ) as paired
    where utc_offset <> next_offset
),

minutes as (
    select
        days_with_change.time_zone,
        generated.probe_at,
        (generated.probe_at at time zone days_with_change.time_zone) - (generated.probe_at at time zone 'UTC') as utc_offset
    from days_with_change
    cross join
        lateral generate_series(
            days_with_change.probe_at, days_with_change.probe_at + interval '24 hours', interval '1 minute'
        ) as generated (probe_at)
),

changes as (
    select
        time_zone,
        probe_at as changed_at,
        utc_offset
    from (
        select
            minutes.*,
            lag(utc_offset) over (partition by time_zone order by probe_at) as previous_offset
        from minutes
    ) as paired
    where utc_offset <> previous_offset
    union all
    select
        midnights.time_zone,
        midnights.probe_at,
        midnights.utc_offset
    from midnights
    inner join zones
        on
            midnights.time_zone = zones.time_zone
            and midnights.probe_at = zones.first_date::timestamp at time zone 'UTC'
)

select
    time_zone,
    utc_offset,
    changed_at as valid_from,
    lead(changed_at, 1, 'infinity') over (partition by time_zone order by changed_at) as valid_to
from changes
