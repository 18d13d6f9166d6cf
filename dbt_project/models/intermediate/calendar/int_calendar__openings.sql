-- Grain: one row per calendar and contiguous stretch of UTC time, of its service hours (open) or of its published days (covered)
{{ config(indexes=[{'columns': ['calendar_id', 'is_open']}]) }}
with intervals as (
    select
        days.calendar_id,
        days.time_zone,
        days.local_date,
        split_part(piece.hours, '-', 1)::interval as opens,
        split_part(piece.hours, '-', 2)::interval as closes
    from {{ changed_only(ref('int_calendar__days'), 'calendar_id') }} as days
    cross join lateral unnest({{ codes_of('days.hours') }}) as piece (hours)
),

local_stretches as (
    select
        calendar_id,
        time_zone,
        true as is_open,
        local_date + opens as local_from,
        -- An end at or before its start reaches into the next day.
        local_date + closes + case when closes <= opens then interval '1 day' else interval '0' end as local_to
    from intervals
    union all
    select
        calendar_id,
        time_zone,
        false as is_open,
        local_date::timestamp as local_from,
        local_date + interval '1 day' as local_to
    from {{ changed_only(ref('int_calendar__days'), 'calendar_id') }} as days
),

-- An instant is open when the wall clock of the zone then shows a time inside the hours. Each period of constant offset is
-- mapped by itself: of hours inside a gap only the part that exists comes out, and an hour that happens twice counts twice.
utc_stretches as (
    select
        local_stretches.calendar_id,
        local_stretches.is_open,
        tstzrange(
            greatest((local_stretches.local_from - offsets.utc_offset) at time zone 'UTC', offsets.valid_from),
            least((local_stretches.local_to - offsets.utc_offset) at time zone 'UTC', offsets.valid_to)
        ) as stretch
    from local_stretches
    inner join {{ ref('int_calendar__zone_offsets') }} as offsets
        on
            local_stretches.time_zone = offsets.time_zone
            and (local_stretches.local_from - offsets.utc_offset) at time zone 'UTC' < offsets.valid_to
            and (local_stretches.local_to - offsets.utc_offset) at time zone 'UTC' > offsets.valid_from
),

merged as (
    select
        calendar_id,
        is_open,
        range_agg(stretch) as stretches
    from utc_stretches
    group by calendar_id, is_open
)

select
    merged.calendar_id,
    merged.is_open,
    lower(stretch) as stretch_from,
    upper(stretch) as stretch_to,
    dense_rank() over (partition by merged.calendar_id, merged.is_open order by lower(stretch)) as stretch_number
from merged
cross join lateral unnest(merged.stretches) as stretch
