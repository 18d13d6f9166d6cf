{#- The n-th working day after a local date, null where the calendar is not published for every day up to it:
    working_day_after('contracts.objection_calendar_id', 'month_end_date', 'notice_days'). -#}
{% macro working_day_after(calendar_id, local_date, number) -%}
    (
        select nth_day.local_date
        from {{ ref('int_calendar__working_days') }} as nth_day
        where
            nth_day.calendar_id = {{ calendar_id }}
            and nth_day.working_day_number = {{ number }} + (
                select coalesce(max(passed.working_day_number), 0)
                from {{ ref('int_calendar__working_days') }} as passed
                where passed.calendar_id = {{ calendar_id }} and passed.local_date <= {{ local_date }}
            )
            and nth_day.local_date - {{ local_date }} = (
                select count(*)
                from {{ ref('int_calendar__days') }} as published
                where
                    published.calendar_id = {{ calendar_id }}
                    and published.local_date > {{ local_date }}
                    and published.local_date <= nth_day.local_date
            )
    )
{%- endmacro %}
