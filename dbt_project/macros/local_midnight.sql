{#- The instant at which a local date begins in a zone; infinities stay infinite: local_midnight('valid_from', 'time_zone'). -#}
{% macro local_midnight(local_date, time_zone) -%}
    case
        when isfinite({{ local_date }}) then ({{ local_date }})::timestamp at time zone {{ time_zone }}
        else ({{ local_date }})::timestamp at time zone 'UTC'
    end
{%- endmacro %}
