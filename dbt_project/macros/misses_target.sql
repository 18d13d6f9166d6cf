{#- Whether an attainment misses its target, null when there is none: misses_target('ratio', 'target', 'direction');
    direction is at_least (attainment) or at_most (error rate). -#}
{% macro misses_target(ratio, target, direction) -%}
    case {{ direction }} when 'at_most' then {{ ratio }} > {{ target }} else {{ ratio }} < {{ target }} end
{%- endmacro %}
