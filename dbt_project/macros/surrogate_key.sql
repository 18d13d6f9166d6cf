{#- A text key from the columns that make a row unique: surrogate_key(['contract_id', 'valid_from']). A missing part is kept
    apart from an empty one, and lengths go in, so that ('a','bc') and ('ab','c') differ. -#}
{% macro surrogate_key(columns) -%}
    md5(concat_ws('|'
    {%- for column in columns -%}
        , coalesce(length({{ column }}::text)::text || ':' || {{ column }}::text, '-')
    {%- endfor -%}
    ))
{%- endmacro %}
