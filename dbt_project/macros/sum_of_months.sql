{#- A quantity of several months, added up. Each month's is rounded where thirds of a scale are not exact; without this
    rounding their sum could fall short of a target that is just met. -#}
{% macro sum_of_months(quantity, condition=none) -%}
    trim_scale(round(sum({{ quantity }}){% if condition %} filter (where {{ condition }}){% endif %}, 8))
{%- endmacro %}
