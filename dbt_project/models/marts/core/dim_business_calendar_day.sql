-- Grain: one row per business calendar and local date
select
    days.calendar_id,
    days.local_date,
    days.time_zone,
    days.hours,
    days.exception_kind,
    days.exception_name,
    days.exception_name_zh,
    coalesce(
        sum(
            extract(
                epoch from split_part(piece.hours, '-', 2)::interval - split_part(piece.hours, '-', 1)::interval
                + case
                    when split_part(piece.hours, '-', 2)::interval <= split_part(piece.hours, '-', 1)::interval then interval '1 day'
                    else interval '0'
                end
            ) / 60
        ),
        0
    )::integer as wall_clock_minutes
from {{ ref('int_calendar__days') }} as days
left join lateral unnest({{ codes_of('days.hours') }}) as piece (hours) on true
group by
    days.calendar_id, days.local_date, days.time_zone, days.hours, days.exception_kind, days.exception_name, days.exception_name_zh
