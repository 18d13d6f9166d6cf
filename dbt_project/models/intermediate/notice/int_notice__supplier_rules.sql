-- Grain: one row per version of a notice rule about a supplier and not about a service level, and supplier for whom it holds
{{ config(materialized='view') }}
-- A rule of a contract holds for the supplier of the contract, one of no contract for each supplier from its first contract to its last.
select
    rules.*,
    suppliers.supplier_id,
    coalesce(contracts.time_zone, 'UTC') as time_zone,
    (run.as_of at time zone coalesce(contracts.time_zone, 'UTC'))::date as today_date,
    coalesce(contracts.first_valid_from, suppliers.first_valid_from) as contract_from,
    coalesce(contracts.last_valid_to, suppliers.last_valid_to) as contract_to
from {{ ref('int_notice__rules') }} as rules
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__contracts_latest') }} as contracts
    on rules.contract_id = contracts.contract_id
inner join (
    select
        supplier_id,
        min(first_valid_from) as first_valid_from,
        max(last_valid_to) as last_valid_to
    from {{ ref('int_register__contracts_latest') }}
    group by supplier_id
) as suppliers
    on
        contracts.supplier_id = suppliers.supplier_id
        or rules.contract_id is null
where rules.trigger_code in ('score_below', 'action_overdue', 'obligation_overdue', 'qualification_expiring')
