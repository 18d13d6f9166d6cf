{#- Shares as percentages with two places that add up to exactly 100.00 over a group: each is cut, and what is then missing goes in
    hundredths to the largest remainders (Hamilton's method). A missing share stays missing:
    percent_of_weights('effective_weight_ratio', 'assessment_id', 'criterion_code'). -#}
{% macro percent_of_weights(share, group_by, tie_break) -%}
    (
        floor({{ share }} * 10000)
        + case
            when
                row_number() over (
                    partition by {{ group_by }}
                    order by {{ share }} * 10000 - floor({{ share }} * 10000) desc nulls last, {{ tie_break }}
                ) <= 10000 - sum(floor({{ share }} * 10000)) over (partition by {{ group_by }})
                then 1
            else 0
        end
    ) / 100
{%- endmacro %}
