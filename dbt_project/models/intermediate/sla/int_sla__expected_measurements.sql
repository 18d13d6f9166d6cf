-- Grain: one row per ticket and service level that applies to it; one row without a service level for a ticket to which none does
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with contracts_of_ticket as (
    select
        tickets.ticket_key,
        contracts.contract_id
    from {{ ref('int_ticket__current') }} as tickets
    inner join {{ ref('int_register__contract_versions') }} as contracts
        on
            tickets.opened_at >= contracts.valid_from
            and tickets.opened_at < contracts.valid_to
            and case
                when tickets.contract_id is not null then tickets.contract_id = contracts.contract_id
                else tickets.supplier_id = contracts.supplier_id
            end
),

candidates as (
    select
        tickets.ticket_key,
        tickets.opened_at,
        tickets.promised_at,
        service_levels.service_level_key,
        service_levels.service_level_id,
        service_levels.contract_id,
        service_levels.target_unit,
        service_levels.selector_rank,
        starts.first_at as started_at,
        starts.first_rank as start_rank,
        -- The value in force at the event: once the clock has started, the priority of that moment.
        case
            when starts.first_rank is null then tickets.priority_code
            else coalesce(starts.first_priority_code, tickets.unchanged_priority_code)
        end as priority_applied_code
    from contracts_of_ticket
    inner join {{ ref('int_ticket__current') }} as tickets
        on contracts_of_ticket.ticket_key = tickets.ticket_key
    inner join {{ ref('int_register__service_level_versions') }} as service_levels
        on contracts_of_ticket.contract_id = service_levels.contract_id
    left join {{ ref('int_ticket__triggers') }} as starts
        on
            tickets.ticket_key = starts.ticket_key
            and service_levels.start_event = starts.trigger_code
    where
        coalesce(starts.first_at, tickets.opened_at) >= service_levels.valid_from
        and coalesce(starts.first_at, tickets.opened_at) < service_levels.valid_to
        and (service_levels.ticket_type_code is null or service_levels.ticket_type_code = tickets.ticket_type_code)
        and (service_levels.category_code is null or service_levels.category_code = tickets.category_code)
        and (
            service_levels.priority_code is null
            or service_levels.priority_code = case
                when starts.first_rank is null then tickets.priority_code
                else coalesce(starts.first_priority_code, tickets.unchanged_priority_code)
            end
        )
),

best_fit as (
    select distinct on (ticket_key, service_level_id) *
    from candidates
    where target_unit <> 'promised_time' or promised_at is not null
    order by ticket_key, service_level_id, selector_rank desc, service_level_key
)

select
    {{ surrogate_key(['tickets.ticket_key', 'best_fit.service_level_id']) }} as ticket_sla_key,
    tickets.ticket_key,
    best_fit.service_level_key,
    best_fit.service_level_id,
    coalesce(best_fit.contract_id, tickets.contract_id) as contract_id,
    best_fit.started_at,
    best_fit.start_rank,
    case
        when best_fit.ticket_key is not null then best_fit.priority_applied_code
        else tickets.priority_code
    end as priority_applied_code,
    case
        when best_fit.ticket_key is not null then null
        when tickets.supplier_id is null and tickets.contract_id is null then 'work_centre_unmapped'
        when not exists (
            select 1 from contracts_of_ticket
            where contracts_of_ticket.ticket_key = tickets.ticket_key
        ) then 'no_contract_in_force'
        when exists (
            select 1 from candidates
            where candidates.ticket_key = tickets.ticket_key
        ) then 'no_promise'
        else 'no_matching_service_level'
    end as missing_reason_code
from {{ ref('int_ticket__current') }} as tickets
left join best_fit
    on tickets.ticket_key = best_fit.ticket_key
