{#- True for the last version of its key, whether it has ended or not: is_latest_version(['contract_id']). -#}
{% macro is_latest_version(key) -%}
    lead(true) over (partition by {{ key | join(', ') }} order by coalesce(valid_from, '-infinity')) is null
{%- endmacro %}
