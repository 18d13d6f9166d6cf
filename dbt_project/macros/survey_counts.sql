{#- Counts of a survey's answers as those of any service level, in the columns of int_measure__ticket_clock_months.
    `answers` names a relation with the columns of int_measure__survey_answers. -#}
{% macro survey_counts(answers) -%}
    count(*) filter (where not {{ answers }}.is_excused) as measured_count,
    count(*) filter (where not {{ answers }}.is_excused and {{ answers }}.is_satisfied) as met_count,
    count(*) filter (where not {{ answers }}.is_excused and not {{ answers }}.is_satisfied) as breached_count,
    0::bigint as running_count,
    count(*) filter (where {{ answers }}.is_excused) as excused_count,
    0::bigint as not_measurable_count,
    -- Thirds of a scale are not exact; without the rounding three of them would fall short of one.
    coalesce(trim_scale(round(sum({{ answers }}.attained_quantity) filter (where not {{ answers }}.is_excused), 10)), 0)
        as attained_quantity,
    (count(*) filter (where not {{ answers }}.is_excused))::numeric as measured_quantity
{%- endmacro %}
