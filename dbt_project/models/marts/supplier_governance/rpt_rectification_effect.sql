-- Grain: one row per rectification plan and service level that it mends
with levels as (
    select distinct on (contract_id, service_level_id)
        contract_id,
        service_level_id,
        service_level_name,
        service_level_name_zh,
        metric_code
    from {{ ref('int_register__service_level_versions') }}
    order by contract_id, service_level_id, valid_from desc, service_level_key
)

select
    {{ surrogate_key(['effects.plan_id', 'effects.service_level_id']) }} as rectification_effect_key,
    effects.rectification_plan_key,
    coalesce(contracts.contract_key, 'not_applicable') as contract_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    effects.plan_id,
    effects.contract_id,
    effects.supplier_id,
    effects.service_level_id,
    levels.service_level_name,
    levels.service_level_name_zh,
    levels.metric_code,
    effects.target_direction,
    effects.action_count,
    effects.last_done_date,
    effects.effect_months as effect_month_count,
    effects.before_from,
    effects.before_to,
    effects.before_month_count,
    effects.before_measured_count,
    effects.before_met_count,
    effects.before_ratio,
    effects.before_low_ratio,
    effects.before_high_ratio,
    effects.after_from,
    effects.after_to,
    effects.is_after_complete,
    effects.after_month_count,
    effects.after_measured_count,
    effects.after_met_count,
    effects.after_ratio,
    effects.after_low_ratio,
    effects.after_high_ratio,
    effects.difference_ratio,
    effects.difference_low_ratio,
    effects.difference_high_ratio,
    changes.has_changed_terms,
    effects.effect_code,
    codes.label as effect_name,
    codes.label_zh as effect_name_zh,
    effects.as_of
from {{ ref('int_rectification__effects') }} as effects
inner join {{ ref('rectification_effect') }} as codes
    on effects.effect_code = codes.code
cross join
    lateral (
        select count(*) > 0 as has_changed_terms
        from {{ ref('int_register__service_level_versions') }} as versions
        where
            versions.contract_id = effects.contract_id
            and versions.service_level_id = effects.service_level_id
            and versions.valid_from > {{ local_midnight('effects.before_from', 'effects.time_zone') }}
            and versions.valid_from < least({{ local_midnight('effects.after_to', 'effects.time_zone') }}, effects.as_of)
    ) as changes
left join levels
    on
        effects.contract_id = levels.contract_id
        and effects.service_level_id = levels.service_level_id
left join {{ ref('int_register__contracts_latest') }} as contracts
    on effects.contract_id = contracts.contract_id
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        effects.supplier_id = suppliers.supplier_id
        and suppliers.is_current
