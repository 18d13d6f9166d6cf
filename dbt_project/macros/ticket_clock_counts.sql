{#- Days of measurements by ticket clocks, summed, in the columns of int_measure__ticket_clock_months.
    `days` names a relation with the columns of int_measure__ticket_clock_days. -#}
{% macro ticket_clock_counts(days) -%}
    {%- for name in ['measured', 'met', 'breached', 'running', 'excused', 'not_measurable'] %}
    sum({{ days }}.{{ name }}_count)::bigint as {{ name }}_count,
    {%- endfor %}
    sum({{ days }}.met_count)::numeric as attained_quantity,
    sum({{ days }}.measured_count)::numeric as measured_quantity
{%- endmacro %}
