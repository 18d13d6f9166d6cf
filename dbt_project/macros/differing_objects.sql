{#- Register objects that say one thing in `definitions` and another, or nothing, in `built`. -#}
{% macro differing_objects(definitions, built) -%}
    select
        coalesce(definitions.object_kind, built.object_kind) as object_kind,
        coalesce(definitions.object_id, built.object_id) as object_id
    from {{ definitions }} as definitions
    full join {{ built }} as built
        on
            definitions.object_kind = built.object_kind
            and definitions.object_id = built.object_id
    where definitions.definition_hash is distinct from built.definition_hash
{%- endmacro %}
