-- Grain: one row per calendar and local date for which the calendar is in force and published
with versions as (
    select
        calendars.*,
        least(published_until, {{ effective_valid_to(['calendar_id']) }}) as effective_to
    from {{ ref('stg_contract_register__calendars') }} as calendars
),

dates as (
    select
        versions.*,
        generated.day_at::date as local_date
    from versions
    cross join
        lateral generate_series(
            versions.valid_from::timestamp, versions.effective_to - interval '1 day', interval '1 day'
        ) as generated (day_at)
)

select
    dates.calendar_id,
    dates.local_date,
    dates.time_zone,
    exceptions.exception_kind,
    exceptions.exception_name,
    exceptions.exception_name_zh,
    case
        when exceptions.calendar_id is not null then exceptions.hours
        else (
            array[
                dates.monday, dates.tuesday, dates.wednesday, dates.thursday, dates.friday, dates.saturday, dates.sunday
            ]
        )[extract(isodow from dates.local_date)::integer]
    end as hours
from dates
left join {{ ref('stg_contract_register__calendar_exceptions') }} as exceptions
    on
        dates.calendar_id = exceptions.calendar_id
        and dates.local_date = exceptions.exception_date
