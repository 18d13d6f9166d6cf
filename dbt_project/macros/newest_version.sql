{#- Newest row of each key among the deliveries this night may use: newest_version('suppliers', ['supplier_id', 'valid_from']).
    Newest by the source's own time where it has one, else by arrival; the order in which files came does not matter then. -#}
{% macro newest_version(entity, key) -%}
    select distinct on ({% for column in key %}delivered.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
        delivered.*,
        accepted_deliveries.source_file as _source_file
    from {{ source('raw', entity) }} as delivered
    inner join {{ ref('stg_ops__accepted_deliveries') }} as accepted_deliveries
        on delivered._delivery_id = accepted_deliveries.delivery_id
    order by
        {% for column in key %}delivered.{{ column }}, {% endfor -%}
        delivered._version_at desc nulls last, delivered._delivery_id desc, delivered._line desc
{%- endmacro %}
