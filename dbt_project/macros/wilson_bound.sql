{#- One end of the Wilson score interval at 95 % of a share: wilson_bound('satisfied_count', 'answer_count', '-') is the lower, '+' the upper one.
    NULL without cases. Wilson (1927), Journal of the American Statistical Association 22; z is the 97.5 % quantile of the normal distribution. -#}
{% macro wilson_bound(successes, cases, side) -%}
    {%- if side not in ('-', '+') -%}
        {{ exceptions.raise_compiler_error("wilson_bound: expected side '-' or '+', found " ~ side) }}
    {%- endif -%}
    {%- set z = '1.959963984540054' -%}
    round(
        (({{ successes }})::numeric + {{ z }} ^ 2 / 2 {{ side }} {{ z }} * sqrt(
            ({{ successes }})::numeric * (({{ cases }}) - ({{ successes }})) / nullif({{ cases }}, 0) + {{ z }} ^ 2 / 4
        )) / (nullif({{ cases }}, 0) + {{ z }} ^ 2), 6
    )
{%- endmacro %}
