{#- The instant if it lies where the snapshots allow the change to lie, else null; `change` is a relation with not_before_at and
    not_after_at. -#}
{% macro instant_within(instant, change) -%}
    case when {{ instant }} > {{ change }}.not_before_at and {{ instant }} <= {{ change }}.not_after_at then {{ instant }} end
{%- endmacro %}
