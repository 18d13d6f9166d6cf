{#- CTEs that cut an amount by one cap after the other, each used up in the order of its lines:
    cut_by_caps('lines', 'amount', 'cap_amount') ends in the CTE `cut`, with after_level_cap_amount to after_yearly_cap_amount.
    Of what a cap's lines come to, the part above the cap is lost by the line that goes above it and by those after it; where a cap
    grows within a contract year, later lines may use what it has grown by. With `digits`, a column of the lines, what is left of a line is
    cut to so many places after each cap. -#}
{% macro cut_by_caps(lines, amount, cap, digits=none) -%}
    {%- set caps = [
        ('level', 'contract_id, service_level_id, period_month', 'penalty_term_id collate "C"'),
        ('pool', 'contract_id, pool_code, period_month', 'penalty_term_id collate "C"'),
        ('monthly', 'contract_id, period_month', 'penalty_term_id collate "C"'),
        ('yearly', 'contract_id, contract_year_from', 'period_month, penalty_term_id collate "C"'),
    ] -%}
    {%- for name, scope, sequence in caps -%}
    {%- set before = amount if loop.first else 'after_' ~ caps[loop.index0 - 1][0] ~ '_cap_amount' -%}
    {%- set relation = lines if loop.first else 'cut_by_' ~ caps[loop.index0 - 1][0] -%}
    {{ name }}_used as (
        select
            {{ relation }}.*,
            sum({{ before }}) over (partition by {{ scope }} order by {{ sequence }})
            - coalesce({{ name }}_{{ cap }}, 'infinity') as above_{{ name }}
        from {{ relation }}
    ),

    {{ 'cut' if loop.last else 'cut_by_' ~ name }} as (
        select
            {{ name }}_used.*,
            {{ 'trunc(' if digits }}{{ before }} - least(
                {{ before }},
                greatest(0, max(above_{{ name }}) over (partition by {{ scope }} order by {{ sequence }}))
                - greatest(
                    0,
                    max(above_{{ name }}) over (
                        partition by {{ scope }} order by {{ sequence }} rows between unbounded preceding and 1 preceding
                    )
                )
            ){{ ', ' ~ digits ~ ')' if digits }} as after_{{ name }}_cap_amount
        from {{ name }}_used
    )
    {{- '' if loop.last else ',\n\n    ' }}
    {%- endfor -%}
{%- endmacro %}
