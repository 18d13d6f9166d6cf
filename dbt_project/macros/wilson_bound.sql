{#- One end of the Wilson score interval at 95 % of a share: wilson_bound('satisfied_count', 'answer_count', '-') is the lower, '+' the upper one.
    NULL without cases. Wilson (1927), Journal of the American Statistical Association 22; z is the 97.5 % quantile of the normal distribution. -#}
{% macro wilson_bound(successes, cases, side) -%}
    round({{ wilson_limit(successes, cases, side) }}, 6)
{%- endmacro %}
