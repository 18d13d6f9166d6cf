-- Grain: one row per version of a notice rule about a supplier and not about a service level, and supplier for whom it holds
{{ config(materialized='view') }}
-- A rule of a contract holds for the supplier of the contract, one of no contract for each supplier.
select
    rules.*,
    suppliers.supplier_id,
    coalesce(contracts.time_zone, 'UTC') as time_zone,
    (run.as_of at time zone coalesce(contracts.time_zone, 'UTC'))::date as today_date,
    coalesce(contracts.first_valid_from, '-infinity') as contract_from,
    coalesce(contracts.last_valid_to, 'infinity') as contract_to
from {{ ref('int_notice__rules') }} as rules
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__contracts_latest') }} as contracts
    on rules.contract_id = contracts.contract_id
inner join (
    select distinct supplier_id
    from {{ ref('int_register__supplier_versions') }}
) as suppliers
    on
        contracts.supplier_id = suppliers.supplier_id
        or rules.contract_id is null
where rules.trigger_code in ('score_below', 'action_overdue', 'obligation_overdue', 'qualification_expiring')
