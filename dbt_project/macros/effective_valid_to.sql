{#- End of a version: its own end or the start of the next version of the same key, whichever comes first.
    effective_valid_to(['contract_id']) over columns valid_from and valid_to, which may be null (open). -#}
{% macro effective_valid_to(key) -%}
    least(
        coalesce(valid_to, 'infinity'),
        lead(coalesce(valid_from, '-infinity'), 1, 'infinity') over (
            partition by {{ key | join(', ') }} order by coalesce(valid_from, '-infinity')
        )
    )
{%- endmacro %}
