-- Grain: one row per ticket and service level that applies to it, with the event at which it came to apply
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with contracts_of_ticket as (
    select
        contract_id,
        contract_key,
        ticket_key,
        supplier_id,
        -- Where the ticket names its contract, that contract's supplier answers for whoever works on it.
        has_several_suppliers and not is_contract_named as is_handed_over,
        is_first_holder
    from {{ ref('int_ticket__contracts') }}
),

starts as (
    select
        tickets.ticket_key,
        tickets.opened_at,
        tickets.promised_at,
        tickets.priority_code,
        tickets.unchanged_priority_code,
        tickets.priority_stated_rank,
        tickets.has_priority_changes,
        tickets.opened_rank,
        tickets.opened_event_at,
        contracts_of_ticket.contract_key,
        contracts_of_ticket.supplier_id,
        contracts_of_ticket.is_handed_over,
        contracts_of_ticket.is_first_holder,
        terms.service_level_key,
        terms.service_level_id,
        terms.contract_id,
        terms.priority_code as level_priority_code,
        terms.priority_change_policy,
        terms.count_from,
        terms.selector_rank,
        terms.target_unit,
        terms.valid_from,
        terms.valid_to,
        case
            when contracts_of_ticket.is_handed_over then looked_up.event_rank
            when terms.start_event = 'opened' then tickets.opened_rank
            when terms.start_event = 'assigned' then tickets.assigned_rank
            else looked_up.event_rank
        end as start_rank,
        case
            when contracts_of_ticket.is_handed_over then looked_up.event_at
            when terms.start_event = 'opened' then tickets.opened_event_at
            when terms.start_event = 'assigned' then tickets.assigned_event_at
            else looked_up.event_at
        end as start_at
    from contracts_of_ticket
    inner join {{ changed_only(ref('int_ticket__current')) }} as tickets
        on contracts_of_ticket.ticket_key = tickets.ticket_key
    inner join {{ ref('int_register__clock_terms') }} as terms
        on
            contracts_of_ticket.contract_id = terms.contract_id
            and (terms.ticket_type_code is null or tickets.ticket_type_code = terms.ticket_type_code)
            and (terms.category_code is null or tickets.category_code = terms.category_code)
    -- The first event that pulls a start trigger.
    left join lateral (
        select
            events.event_rank,
            events.event_at
        from {{ ref('int_ticket__events') }} as events
        where
            (contracts_of_ticket.is_handed_over or terms.start_event not in ('opened', 'assigned'))
            and events.ticket_key = tickets.ticket_key
            and {{ pulls_start('events', 'terms', 'contracts_of_ticket') | indent(12) }}
        order by events.event_rank
        limit 1
    ) as looked_up on true
),

priorities as (
    select
        starts.*,
        -- The value in force at the event: once the clock has started, the priority of that moment.
        case
            when start_rank is null then priority_code
            when unchanged_priority_code is not null then unchanged_priority_code
            when not has_priority_changes then case when start_rank >= priority_stated_rank then priority_code end
            else (
                select events.priority_code
                from {{ ref('int_ticket__events') }} as events
                where
                    events.ticket_key = starts.ticket_key
                    and events.event_rank = starts.start_rank
            )
        end as priority_at_start_code
    from starts
),

-- A level that follows the priority may come to apply later, when the ticket gets the priority it is for.
attached as (
    select
        priorities.*,
        priorities.level_priority_code is null or priorities.level_priority_code = priorities.priority_at_start_code as fits_at_start,
        later.event_rank as later_rank,
        later.event_at as later_at
    from priorities
    left join lateral (
        select
            events.event_rank,
            events.event_at
        from {{ ref('int_ticket__events') }} as events
        where
            priorities.priority_change_policy = 'retarget'
            and priorities.has_priority_changes
            and priorities.level_priority_code is distinct from priorities.priority_at_start_code
            and events.ticket_key = priorities.ticket_key
            and events.event_rank > priorities.start_rank
            and events.priority_code = priorities.level_priority_code
        order by events.event_rank
        limit 1
    ) as later on true
),

candidates as (
    select
        ticket_key,
        service_level_key,
        service_level_id,
        contract_id,
        contract_key,
        supplier_id,
        target_unit,
        promised_at,
        selector_rank,
        is_handed_over,
        is_first_holder,
        priority_change_policy = 'retarget' and has_priority_changes as follows_priority,
        case when fits_at_start then priority_at_start_code else level_priority_code end as priority_applied_code,
        case when fits_at_start then start_rank else later_rank end as attached_rank,
        case
            when count_from = 'opened' and start_rank is not null then opened_rank
            when fits_at_start then start_rank
            else later_rank
        end as start_rank,
        case
            when count_from = 'opened' and start_rank is not null then opened_event_at
            when fits_at_start then start_at
            else later_at
        end as started_at
    from attached
    where
        (fits_at_start or later_rank is not null)
        and coalesce(case when fits_at_start then start_at else later_at end, opened_at) >= valid_from
        and coalesce(case when fits_at_start then start_at else later_at end, opened_at) < valid_to
)

select distinct on (ticket_key, service_level_id)
    ticket_key,
    service_level_key,
    service_level_id,
    contract_id,
    contract_key,
    supplier_id,
    is_handed_over,
    is_first_holder,
    follows_priority,
    priority_applied_code,
    attached_rank,
    start_rank,
    started_at,
    target_unit <> 'promised_time' or promised_at is not null as has_promise
from candidates
order by
    ticket_key,
    service_level_id,
    (target_unit <> 'promised_time' or promised_at is not null) desc,
    -- Of two versions with other start events the one whose clock started first; then the row that fits best.
    attached_rank nulls last,
    selector_rank desc,
    service_level_key
