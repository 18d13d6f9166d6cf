{#- One end of Newcombe's interval at 95 % of the difference of two shares, the second less the first:
    newcombe_bound('before_met', 'before_measured', 'after_met', 'after_measured', '-') is the lower, '+' the upper one.
    NULL where either has no cases. Newcombe (1998), Statistics in Medicine 17, 873-890, method 10 (from two Wilson intervals). -#}
{% macro newcombe_bound(first_successes, first_cases, second_successes, second_cases, side) -%}
    {%- set opposite = {'-': '+', '+': '-'}[side] -%}
    {%- set first_ratio = '(' ~ first_successes ~ ')::numeric / nullif(' ~ first_cases ~ ', 0)' -%}
    {%- set second_ratio = '(' ~ second_successes ~ ')::numeric / nullif(' ~ second_cases ~ ', 0)' -%}
    round(
        {{ second_ratio }} - {{ first_ratio }} {{ side }} sqrt(
            ({{ second_ratio }} - {{ wilson_limit(second_successes, second_cases, side) }}) ^ 2
            + ({{ first_ratio }} - {{ wilson_limit(first_successes, first_cases, opposite) }}) ^ 2
        ), 6
    )
{%- endmacro %}
