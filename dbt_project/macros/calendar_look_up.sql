{#- Look-ups in int_calendar__segments: one row by calendar and UTC date, then arithmetic; nothing is exploded into minutes. -#}

{#- The segment in which an instant lies. -#}
{% macro segment_holds(segments, calendar_id, instant) -%}
    {{ segments }}.calendar_id = {{ calendar_id }}
    and {{ segments }}.utc_date = (({{ instant }}) at time zone 'UTC')::date
    and {{ segments }}.segment_from <= {{ instant }}
    and {{ segments }}.segment_to > {{ instant }}
{%- endmacro %}

{#- Open seconds of the calendar up to an instant of a segment, from a zero common to one coverage; whole seconds. -#}
{% macro open_seconds_at(segments, instant) -%}
    ({{ segments }}.open_seconds_before
    + case when {{ segments }}.is_open then {{ seconds_of(instant) }} - {{ seconds_of(segments ~ '.segment_from') }} else 0 end)
{%- endmacro %}

{#- An instant as whole seconds since 1970, the fraction cut off. -#}
{% macro seconds_of(instant) -%}
    floor(extract(epoch from {{ instant }}))::bigint
{%- endmacro %}

{#- One look-up in the index by running seconds: the opening in which a position is reached. Exact fill at closing time is due
    at that closing time, so the opening must have begun before; with nothing left to use up, one that begins there will do. -#}
{% macro opening_by_position(calendar_id, position, nothing_left) -%}
    select
        segments.coverage_number,
        segments.segment_from,
        segments.segment_to,
        segments.open_seconds_before
    from {{ ref('int_calendar__segments') }} as segments
    where
        segments.calendar_id = {{ calendar_id }}
        and segments.is_open
        and segments.open_seconds_before < {{ position }} + ({{ nothing_left }})::integer
    order by segments.open_seconds_before desc
    limit 1
{%- endmacro %}

{#- The instant of that position; none beyond the last published opening of the same coverage. -#}
{% macro due_instant(opening, position, coverage_number, nothing_left) -%}
    case
        when
            {{ opening }}.coverage_number = {{ coverage_number }}
            and {{ opening }}.segment_from + ({{ position }} - {{ opening }}.open_seconds_before) * interval '1 second'
            <= {{ opening }}.segment_to - ({{ nothing_left }})::integer * interval '1 second'
            then {{ opening }}.segment_from + ({{ position }} - {{ opening }}.open_seconds_before) * interval '1 second'
    end
{%- endmacro %}
