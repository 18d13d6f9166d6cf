{#- A weight that may be missing: one in a group without any weight weighs 1 like the others, beside weights it weighs nothing:
    weight_or_alike('weight', 'assessment_id'). -#}
{% macro weight_or_alike(weight, group_by) -%}
    case when max({{ weight }}) over (partition by {{ group_by }}) is null then 1 else coalesce({{ weight }}, 0) end
{%- endmacro %}
