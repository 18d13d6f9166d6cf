{#- First day of the month in which an instant falls in a zone: local_month('started_at', 'contracts.time_zone'). -#}
{% macro local_month(instant, time_zone) -%}
    date_trunc('month', {{ instant }} at time zone {{ time_zone }})::date
{%- endmacro %}
