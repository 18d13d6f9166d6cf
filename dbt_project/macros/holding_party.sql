{#- Who holds a ticket in a state set for a reason: holding_party('holding_parties', 'contract_id', 'state_code', 'reason_code', 'on_date').
    `holding_parties` names a relation of the rows of that entity with effective_to; of those that fit the one with most
    selectors filled is used, of as many the contract's before the reason's. -#}
{% macro holding_party(holding_parties, contract_id, state_code, reason_code, on_date) -%}
    coalesce(
        (
            select parties.party_code
            from {{ holding_parties }} as parties
            where
                (parties.contract_id is null or parties.contract_id = {{ contract_id }})
                and (parties.state_code is null or parties.state_code = {{ state_code }})
                and (parties.reason_code is null or parties.reason_code = {{ reason_code }})
                and {{ on_date }} >= parties.valid_from
                and {{ on_date }} < parties.effective_to
            order by
                num_nonnulls(parties.contract_id, parties.state_code, parties.reason_code) desc,
                parties.contract_id nulls last,
                parties.reason_code nulls last
            limit 1
        ),
        case {{ state_code }} when 'waiting_customer' then 'customer' when 'waiting_third_party' then 'other' else 'supplier' end
    )
{%- endmacro %}
