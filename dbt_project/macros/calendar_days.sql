{#- The days of calendars, one row per calendar and local date for which it is in force and published, with the hours that hold
    then. `calendars` names a relation with the columns of stg_contract_register__calendars, every version of each calendar. -#}
{% macro calendar_days(calendars) -%}
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
    from (
        select
            versions.*,
            generated.day_at::date as local_date
        from (
            select
                calendars.*,
                least(published_until, {{ effective_valid_to(['calendar_id']) }}) as effective_to
            from {{ calendars }} as calendars
        ) as versions
        cross join
            lateral generate_series(
                versions.valid_from::timestamp, versions.effective_to - interval '1 day', interval '1 day'
            ) as generated (day_at)
    ) as dates
    left join {{ ref('stg_contract_register__calendar_exceptions') }} as exceptions
        on
            dates.calendar_id = exceptions.calendar_id
            and dates.local_date = exceptions.exception_date
{%- endmacro %}
