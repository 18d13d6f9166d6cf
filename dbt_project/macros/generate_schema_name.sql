{#- Readers' tables: the target schema, which is the slot (marts_blue). Other layers: the same colour (staging_blue). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}{{ target.schema }}
    {%- else -%}{{ custom_schema_name | trim }}_{{ target.schema.split('_') | last }}
    {%- endif -%}
{%- endmacro %}
