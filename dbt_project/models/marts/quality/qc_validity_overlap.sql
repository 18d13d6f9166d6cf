-- Grain: one row per register version whose own end reaches past the start of the next version, which cuts it short
with versions as (
    select
        'contracts' as entity,
        contract_id as identifier,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by contract_id order by valid_from) as next_valid_from,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__contracts') }}
    union all
    select
        'service_levels' as entity,
        service_level_id as identifier,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by service_level_id, ticket_type_code, category_code, priority_code order by valid_from
        ) as next_valid_from,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__service_levels') }}
    union all
    select
        'penalty_terms' as entity,
        penalty_term_id as identifier,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by penalty_term_id, attainment_from order by valid_from) as next_valid_from,
        _source_file,
        _source_row_number
    from {{ ref('stg_contract_register__penalty_terms') }}
)

select
    entity,
    identifier,
    valid_from,
    valid_to,
    next_valid_from,
    _source_file,
    _source_row_number
from versions
where valid_to > next_valid_from
