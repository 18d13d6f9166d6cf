{#- The same as wilson_bound, not rounded, for what is reckoned on with: wilson_limit('met_count', 'measured_count', '+'). -#}
{% macro wilson_limit(successes, cases, side) -%}
    {%- if side not in ('-', '+') -%}
        {{ exceptions.raise_compiler_error("wilson_limit: expected side '-' or '+', found " ~ side) }}
    {%- endif -%}
    {%- set z = '1.959963984540054' -%}
    (({{ successes }})::numeric + {{ z }} ^ 2 / 2 {{ side }} {{ z }} * sqrt(
        ({{ successes }})::numeric * (({{ cases }}) - ({{ successes }})) / nullif({{ cases }}, 0) + {{ z }} ^ 2 / 4
    )) / (nullif({{ cases }}, 0) + {{ z }} ^ 2)
{%- endmacro %}
