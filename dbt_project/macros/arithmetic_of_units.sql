{#- The first step of a penalty line as a person would write it, e.g. "3 x 150.00" or "10000.00 x 0.05": arithmetic_of_units('lines'). -#}
{% macro arithmetic_of_units(lines) -%}
    case
        when {{ lines }}.basis_code = 'ticket' then trim_scale({{ lines }}.unit_count)::text || ' x ' || {{ lines }}.amount::text
        when {{ lines }}.unit_count = 0 or not ({{ lines }}.is_failed or {{ lines }}.basis_code = 'window') then '0'
        else concat_ws(
            ' x ',
            case
                when {{ lines }}.basis_code <> 'pool' and {{ lines }}.unit_count <> 1 then trim_scale({{ lines }}.unit_count)::text
            end,
            case when {{ lines }}.rate_amount is null then {{ lines }}.fee_amount::text end,
            coalesce({{ lines }}.rate_amount, {{ lines }}.rate_ratio)::text,
            case when {{ lines }}.rate_amount is null then {{ lines }}.rate_allocation_ratio::text end
        )
    end
{%- endmacro %}
