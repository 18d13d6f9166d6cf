{#- How parts of a unit count, by the clause's unit_rounding: units_counted('seconds / 3600', 'unit_rounding'). -#}
{% macro units_counted(quantity, unit_rounding) -%}
    case {{ unit_rounding }} when 'started' then ceil({{ quantity }}) when 'whole' then floor({{ quantity }}) else {{ quantity }} end
{%- endmacro %}
