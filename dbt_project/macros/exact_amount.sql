{#- An exact amount without the zeros that arithmetic leaves behind, with two places at least: exact_amount('assessed_amount'). -#}
{% macro exact_amount(amount) -%}
    round({{ amount }}, greatest(min_scale({{ amount }}), 2))
{%- endmacro %}
