{#- A slot keeps its tables between its builds; a night replaces only the rows of what changed. The key by which a model is
    replaced (its unique_key) leads to the list of what changed: models/intermediate/run explains how that list comes about. -#}

{% macro changed_keys(key) -%}
    {%- if key == 'ticket_key' -%}{{ ref('int_ticket__changed') }}
    {%- elif key == 'calendar_id' -%}{{ ref('int_calendar__changed') }}
    {%- else -%}{{ exceptions.raise_compiler_error("unique_key must be ticket_key or calendar_id, found " ~ key) }}
    {%- endif -%}
{%- endmacro %}

{#- A relation as far as this build must read it: all of it in a full build, else the rows of the changed keys.
    The lateral subquery with offset 0 keeps its own plan: one index look-up per changed key, through views as well. So does
    the whole of it, else other joins may be worked through again for each changed key. -#}
{% macro changed_only(relation, key='ticket_key') -%}
    {%- set changed = changed_keys(key) -%}
    {%- if is_incremental() -%}
    (
        select kept.*
        from {{ changed }} as changed
        cross join lateral (
            select candidates.*
            from {{ relation }} as candidates
            where candidates.{{ key }} = changed.{{ key }}
            offset 0
        ) as kept
        offset 0
    )
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- dbt's incremental strategy replace_changed: rows of changed keys go, whether or not new ones come in their place. -#}
{% macro get_incremental_replace_changed_sql(arguments) -%}
    {%- set key = config.get('unique_key') -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arguments['target_relation'] }} where {{ key }} in (select {{ key }} from {{ changed_keys(key) }});
    insert into {{ arguments['target_relation'] }} ({{ columns }}) select {{ columns }} from {{ arguments['temp_relation'] }};
{%- endmacro %}

{#- What the last build of this slot left under a model's name, or none in a full build: kept('int_sla__measurements'). -#}
{% macro kept(model_name) -%}
    {%- if execute -%}
        {{ return(adapter.get_relation(target.database, generate_schema_name('intermediate', none), model_name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
