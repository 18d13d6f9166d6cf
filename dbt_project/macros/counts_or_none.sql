{#- Counts of a service level in a period, 0 where a left join found none. -#}
{% macro counts_or_none(counts) -%}
    {%- for name in ['measured', 'met', 'breached', 'running', 'excused', 'not_measurable'] %}
    coalesce({{ counts }}.{{ name }}_count, 0) as {{ name }}_count,
    {%- endfor %}
    coalesce({{ counts }}.attained_quantity, 0) as attained_quantity,
    coalesce({{ counts }}.measured_quantity, 0) as measured_quantity
{%- endmacro %}
