-- Grain: one row per ticket, service level that measures each cycle by itself, and cycle
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with marked as (
    select
        levels.ticket_key,
        levels.service_level_id,
        levels.contract_id,
        levels.start_rank,
        events.event_rank,
        events.event_at,
        events.priority_code,
        events.event_rank = levels.start_rank
        or (
            (
                {{ pulls_start_anew('events', 'terms', 'levels') }}
                or (events.state_before_code = any(terms.stop_states) and not events.state_code = any(terms.stop_states))
            )
            and not events.state_code = any(terms.stop_states)
        ) as is_start,
        {{ stops_at_start('events', 'terms', 'levels') }} as stops_at_once,
        -- The first stop after this event.
        min(case when {{ pulls_stop('events', 'terms', 'levels') }} then events.event_rank end) over (
            partition by levels.ticket_key, levels.service_level_id
            order by events.event_rank
            rows between 1 following and unbounded following
        ) as next_stop_rank
    from {{ changed_only(ref('int_sla__applicable_levels')) }} as levels
    inner join {{ ref('int_register__clock_terms') }} as terms
        on
            levels.service_level_key = terms.service_level_key
            and terms.reopen_policy = 'new_cycle'
    inner join {{ ref('int_ticket__events') }} as events
        on
            levels.ticket_key = events.ticket_key
            and levels.start_rank <= events.event_rank
    where levels.has_promise
),

-- Starts that end with the same stop belong to one cycle, which the first of them begins.
cycles as (
    select distinct on (ticket_key, service_level_id, coalesce(case when stops_at_once then event_rank else next_stop_rank end, 2147483647))
        ticket_key,
        service_level_id,
        contract_id,
        event_rank as start_rank,
        event_at as started_at,
        priority_code,
        case when stops_at_once then event_rank else next_stop_rank end as end_rank,
        event_rank = start_rank as is_first
    from marked
    where is_start
    order by
        ticket_key,
        service_level_id,
        coalesce(case when stops_at_once then event_rank else next_stop_rank end, 2147483647),
        event_rank
)

select
    cycles.ticket_key,
    cycles.service_level_id,
    (row_number() over (partition by cycles.ticket_key, cycles.service_level_id order by cycles.start_rank))::integer as cycle_number,
    cycles.start_rank,
    cycles.end_rank,
    cycles.started_at,
    -- A later cycle begins a clock of its own: the row in force then, for the priority of then.
    case when not cycles.is_first then in_force.service_level_key end as service_level_key,
    case when not cycles.is_first then coalesce(tickets.unchanged_priority_code, cycles.priority_code) end as priority_applied_code
from cycles
inner join {{ ref('int_ticket__current') }} as tickets
    on cycles.ticket_key = tickets.ticket_key
left join lateral (
    select terms.service_level_key
    from {{ ref('int_register__clock_terms') }} as terms
    where
        {{ fits_ticket('terms', 'tickets', 'coalesce(tickets.unchanged_priority_code, cycles.priority_code)', 'cycles.started_at') }}
        and terms.service_level_id = cycles.service_level_id
        and terms.contract_id = cycles.contract_id
    order by terms.selector_rank desc, terms.service_level_key
    limit 1
) as in_force on true
