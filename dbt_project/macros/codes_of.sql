{#- A delivered list 'a; b' as a text array without blanks; a missing list is the empty array: codes_of('pause_states'). -#}
{% macro codes_of(list) -%}
    array_remove(regexp_split_to_array(btrim(coalesce({{ list }}, '')), '\s*;\s*'), '')
{%- endmacro %}
