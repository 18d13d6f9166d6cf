-- Grain: one row per rectification plan and miss of a ticket that caused it
select
    {{ surrogate_key(['plans.plan_id', 'breaches.ticket_sla_key']) }} as rectification_plan_breach_key,
    plans.rectification_plan_key,
    breaches.ticket_sla_key,
    breaches.ticket_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    plans.plan_id,
    plans.contract_id,
    plans.supplier_id,
    breaches.service_level_id,
    breaches.period_month,
    breaches.ticket_id,
    breaches.breached_at,
    plans.as_of
from {{ ref('int_rectification__plans') }} as plans
inner join {{ ref('fct_sla_breach') }} as breaches
    on
        plans.contract_id = breaches.contract_id
        and (plans.service_level_id is null or plans.service_level_id = breaches.service_level_id)
        and plans.cause_from_month <= breaches.period_month
        and plans.cause_to_month >= breaches.period_month
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        plans.supplier_id = suppliers.supplier_id
        and suppliers.is_current
