-- Grain: one row per register row and reference that leads nowhere
{%- set references_to_follow = [
    ('service_levels', 'service_level_id', 'contract_id', 'contracts'),
    ('penalty_terms', 'penalty_term_id', 'contract_id', 'contracts'),
    ('fees', 'contract_id', 'contract_id', 'contracts'),
    ('work_centres', 'work_centre_id', 'supplier_id', 'suppliers'),
    ('contracts', 'contract_id', 'supplier_id', 'suppliers'),
    ('service_levels', 'service_level_id', 'calendar_id', 'calendars'),
    ('calendar_exceptions', 'calendar_id', 'calendar_id', 'calendars'),
    ('penalty_terms', 'penalty_term_id', 'service_level_id', 'service_levels'),
    ('exclusions', 'exclusion_id', 'contract_id', 'contracts'),
    ('exclusions', 'exclusion_id', 'service_level_id', 'service_levels'),
    ('exclusions', 'exclusion_id', 'ticket_key', 'tickets'),
] %}
{%- set staged_elsewhere = {'tickets': 'stg_ticketing__tickets'} %}
{% for entity, identifier, reference, expected_in in references_to_follow %}
    select
        '{{ entity }}' as entity,
        referring.{{ identifier }} as identifier,
        '{{ expected_in }}.{{ reference }}' as expected_in,
        referring.{{ reference }} as reference_value,
        referring._source_file,
        referring._source_row_number
    from {{ ref('stg_contract_register__' ~ entity) }} as referring
    where
        referring.{{ reference }} is not null
        and not exists (
            select 1
            from {{ ref(staged_elsewhere.get(expected_in, 'stg_contract_register__' ~ expected_in)) }} as referred
            where referred.{{ reference }} = referring.{{ reference }}
        )
    {{ 'union all' if not loop.last }}
{%- endfor %}
