-- Grain: one row per register object that says something else than at the last build of this slot; none in a full build
{%- set built = kept('int_run__built_definitions') %}
{%- if built is none %}
    select
        definitions.object_kind,
        definitions.object_id
    from {{ ref('int_run__definitions') }} as definitions
    where false
{%- else %}
    {{ differing_objects(ref('int_run__definitions'), built) | indent(4) }}
{%- endif %}
