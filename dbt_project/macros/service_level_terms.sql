{#- Terms of each service level that hold for a whole period: those in force at its start, or the first ones that came
    later in it. To be selected from periods joined with int_register__service_level_versions as service_levels, distinct on
    contract, service level and period in the order of `service_level_terms_order`. -#}
{% macro service_level_terms() -%}
    service_levels.service_level_id,
    service_levels.service_level_name,
    service_levels.service_level_name_zh,
    service_levels.metric_code,
    service_levels.service_code,
    service_levels.clause,
    service_levels.measure_kind,
    service_levels.target_direction,
    service_levels.attainment_target,
    service_levels.minimum_sample
{%- endmacro %}

{% macro service_level_terms_order(period_start, period_from_at) -%}
    service_levels.contract_id,
    service_levels.service_level_id,
    {{ period_start }},
    (service_levels.valid_to <= {{ period_from_at }}),
    service_levels.valid_from,
    service_levels.service_level_key
{%- endmacro %}
