{#- First day of the month so many months before a month: months_before('period_month', '1'). -#}
{% macro months_before(month, number) -%}
    ({{ month }} - make_interval(months => ({{ number }})::integer))::date
{%- endmacro %}
