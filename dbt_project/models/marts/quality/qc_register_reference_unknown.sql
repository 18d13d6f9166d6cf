-- Grain: one row per register row and reference that leads nowhere
with contract_references as (
    select
        'service_levels' as entity,
        service_level_id as identifier,
        contract_id as reference_value,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__service_levels') }}
    union all
    select
        'penalty_terms' as entity,
        penalty_term_id as identifier,
        contract_id as reference_value,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__penalty_terms') }}
),

supplier_references as (
    select
        'work_centres' as entity,
        work_centre_id as identifier,
        supplier_id as reference_value,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__work_centres') }}
    union all
    select
        'contracts' as entity,
        contract_id as identifier,
        supplier_id as reference_value,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__contracts') }}
)

select
    contract_references.entity,
    contract_references.identifier,
    'contracts.contract_id' as expected_in,
    contract_references.reference_value,
    contract_references._source_file,
    contract_references._source_row_number
from contract_references
left join {{ ref('int_register__contracts_latest') }} as contracts
    on contract_references.reference_value = contracts.contract_id
where contracts.contract_id is null
union all
select
    supplier_references.entity,
    supplier_references.identifier,
    'suppliers.supplier_id' as expected_in,
    supplier_references.reference_value,
    supplier_references._source_file,
    supplier_references._source_row_number
from supplier_references
where
    not exists (
        select 1 from {{ ref('int_register__supplier_versions') }} as suppliers
        where suppliers.supplier_id = supplier_references.reference_value
    )
union all
select
    'service_levels' as entity,
    service_levels.service_level_id as identifier,
    'calendars.calendar_id' as expected_in,
    service_levels.calendar_id as reference_value,
    service_levels._source_file,
    service_levels._source_row_number
from {{ ref('stg_contract_register__service_levels') }} as service_levels
where
    service_levels.calendar_id is not null
    and not exists (
        select 1 from {{ ref('stg_contract_register__calendars') }} as calendars
        where calendars.calendar_id = service_levels.calendar_id
    )
