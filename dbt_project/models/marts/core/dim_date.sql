-- Grain: one row per calendar date
with bounds as (
    select
        date_trunc(
            'year', greatest(least(min(tickets.opened_at), run.as_of), timestamptz '1990-01-01 00:00:00Z') at time zone 'UTC'
        ) as first_day,
        date_trunc('year', run.as_of at time zone 'UTC') + interval '3 years' - interval '1 day' as last_day
    from {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_ticket__current') }} as tickets on true
    group by run.as_of
)

select
    to_char(generated.day_at, 'YYYYMMDD')::integer as date_key,
    generated.day_at::date as date_day,
    extract(year from generated.day_at)::integer as year_number,
    to_char(generated.day_at, 'YYYY"-Q"Q') as quarter_label,
    date_trunc('month', generated.day_at)::date as month_start_date,
    to_char(generated.day_at, 'YYYY-MM') as month_label,
    to_char(generated.day_at, 'IYYY"-W"IW') as iso_week_label,
    extract(isodow from generated.day_at)::integer as weekday_number,
    (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[extract(isodow from generated.day_at)::integer]
        as weekday_name,
    (array['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'])[extract(isodow from generated.day_at)::integer]
        as weekday_name_zh,
    extract(isodow from generated.day_at) > 5 as is_weekend
from bounds
cross join lateral generate_series(bounds.first_day, bounds.last_day, interval '1 day') as generated (day_at)
