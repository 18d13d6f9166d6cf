-- Grain: one row per ticket and contract under which it is measured
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with tickets as (
    select
        ticket_key,
        contract_id,
        supplier_id,
        opened_at,
        has_several_suppliers
    from {{ changed_only(ref('int_ticket__current')) }} as tickets
),

-- The contract that the ticket names; else every contract of every supplier that held it, in force when it took over.
parties as (
    select
        ticket_key,
        contract_id,
        null::text as supplier_id,
        opened_at as in_force_at,
        true as is_contract_named,
        true as is_first_holder,
        has_several_suppliers
    from tickets
    where contract_id is not null
    union all
    select
        ticket_key,
        null as contract_id,
        supplier_id,
        opened_at as in_force_at,
        false as is_contract_named,
        true as is_first_holder,
        has_several_suppliers
    from tickets
    where contract_id is null and not has_several_suppliers and supplier_id is not null
    union all
    select
        tickets.ticket_key,
        null as contract_id,
        holders.supplier_id,
        case when holders.is_first_holder then tickets.opened_at else holders.first_held_at end as in_force_at,
        false as is_contract_named,
        holders.is_first_holder,
        tickets.has_several_suppliers
    from tickets
    inner join {{ ref('int_ticket__holders') }} as holders
        on tickets.ticket_key = holders.ticket_key
    where tickets.contract_id is null and tickets.has_several_suppliers
)
{% for key, is_contract_named in [('contract_id', 'parties.is_contract_named'), ('supplier_id', 'not parties.is_contract_named')] %}
    select
        parties.ticket_key,
        contracts.contract_id,
        contracts.contract_key,
        contracts.supplier_id,
        parties.is_contract_named,
        parties.is_first_holder,
        parties.has_several_suppliers
    from parties
    inner join {{ ref('int_register__contract_versions') }} as contracts
        on
            parties.{{ key }} = contracts.{{ key }}
            and parties.in_force_at >= contracts.valid_from
            and parties.in_force_at < contracts.valid_to
    where {{ is_contract_named }}
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
