-- Grain: one row per ticket, service level that applies to it and cycle; one row without a service level for a ticket to which none does
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with tickets as (
    select * from {{ changed_only(ref('int_ticket__current')) }} as tickets
),

levels as (
    select * from {{ changed_only(ref('int_sla__applicable_levels')) }} as levels
),

-- Where the clock ends for good: a first response, or the first stop of a level that ignores reopenings.
ends as (
    select
        levels.*,
        terms.reopen_policy,
        case
            when terms.reopen_policy = 'new_cycle' then null
            when
                terms.reopen_policy = 'continue'
                and cardinality(terms.ending_event_types) + cardinality(terms.ending_states) = 0 then null
            when terms.stop_event = 'responded' and (tickets.responded_rank is null or tickets.responded_rank > levels.start_rank)
                then tickets.responded_rank
            else found.event_rank
        end as end_rank,
        coalesce(out_of_order.is_stop_early, false) as is_stop_early,
        coalesce(out_of_order.is_start_missing, false) as is_start_missing
    from levels
    inner join tickets
        on levels.ticket_key = tickets.ticket_key
    inner join {{ ref('int_register__clock_terms') }} as terms
        on levels.service_level_key = terms.service_level_key
    left join lateral (
        select events.event_rank
        from {{ ref('int_ticket__events') }} as events
        where
            terms.reopen_policy <> 'new_cycle'
            and not (
                terms.reopen_policy = 'continue'
                and cardinality(terms.ending_event_types) + cardinality(terms.ending_states) = 0
            )
            and not (terms.stop_event = 'responded' and (tickets.responded_rank is null or tickets.responded_rank > levels.start_rank))
            and events.ticket_key = levels.ticket_key
            and events.event_rank >= levels.start_rank
            and case
                when terms.reopen_policy = 'continue' and events.event_rank > levels.start_rank
                    then {{ pulls_ending('events', 'terms', 'levels') }}
                when terms.reopen_policy = 'continue'
                    then {{ stops_at_start('events', 'terms', 'levels') }} and not events.state_code = any(terms.stop_states)
                when events.event_rank > levels.start_rank then {{ pulls_stop('events', 'terms', 'levels') }}
                else {{ stops_at_start('events', 'terms', 'levels') }}
            end
        order by events.event_rank
        limit 1
    ) as found on true
    -- Events out of order are told, not guessed: a stop before the start, or a stop without a start.
    left join lateral (
        select
            levels.start_rank is not null
            and not bool_or(events.event_rank >= levels.start_rank and {{ pulls_stop('events', 'terms', 'levels') }})
            and bool_or(
                (events.event_rank = levels.start_rank and events.state_before_code = any(terms.stop_states || terms.ending_states))
                or (events.event_rank < levels.start_rank and events.event_type = any(terms.ending_event_types))
            )
            -- These may well come after a stop.
            and not bool_or(
                events.event_rank = levels.start_rank
                and (
                    events.event_type in ('commented', 'requester_commented', 'reopened')
                    or (levels.is_handed_over and events.is_takeover and events.supplier_id = levels.supplier_id)
                )
            ) as is_stop_early,
            levels.start_rank is null and bool_or({{ pulls_stop('events', 'terms', 'levels') }}) as is_start_missing
        from {{ ref('int_ticket__events') }} as events
        where
            coalesce(levels.start_rank, 2) > 1
            and events.ticket_key = levels.ticket_key
    ) as out_of_order on true
    where levels.has_promise
),

expected as (
    select
        ends.ticket_key,
        coalesce(cycles.service_level_key, ends.service_level_key) as service_level_key,
        ends.service_level_id,
        ends.contract_id,
        ends.contract_key,
        ends.supplier_id,
        coalesce(cycles.cycle_number, 1) as cycle_number,
        ends.is_handed_over,
        ends.follows_priority,
        coalesce(cycles.priority_applied_code, ends.priority_applied_code) as priority_applied_code,
        coalesce(cycles.start_rank, ends.start_rank) as start_rank,
        coalesce(cycles.end_rank, ends.end_rank) as end_rank,
        coalesce(cycles.started_at, ends.started_at) as started_at,
        case
            when ends.is_start_missing then 'start_event_missing'
            when ends.is_stop_early then 'stop_before_start'
        end as order_reason_code
    from ends
    left join {{ ref('int_sla__cycles') }} as cycles
        on
            ends.reopen_policy = 'new_cycle'
            and ends.ticket_key = cycles.ticket_key
            and ends.service_level_id = cycles.service_level_id
)

select
    {{ surrogate_key(['ticket_key', 'service_level_id', 'cycle_number']) }} as ticket_sla_key,
    expected.ticket_key,
    expected.service_level_key,
    expected.service_level_id,
    expected.contract_id,
    expected.contract_key,
    expected.supplier_id,
    expected.cycle_number,
    expected.is_handed_over,
    expected.follows_priority,
    expected.priority_applied_code,
    expected.start_rank,
    expected.end_rank,
    expected.started_at,
    expected.order_reason_code as reason_code
from expected
union all
select
    {{ surrogate_key(['tickets.ticket_key', 'null']) }} as ticket_sla_key,
    tickets.ticket_key,
    null as service_level_key,
    null as service_level_id,
    tickets.contract_id,
    contracts.contract_key,
    coalesce(contracts.supplier_id, tickets.supplier_id) as supplier_id,
    1 as cycle_number,
    false as is_handed_over,
    false as follows_priority,
    tickets.priority_code as priority_applied_code,
    null as start_rank,
    null as end_rank,
    null as started_at,
    case
        when tickets.supplier_id is null and tickets.contract_id is null then 'work_centre_unmapped'
        when not exists (
            select 1 from {{ ref('int_ticket__contracts') }} as in_force
            where in_force.ticket_key = tickets.ticket_key
        ) then 'no_contract_in_force'
        when exists (
            select 1 from levels
            where levels.ticket_key = tickets.ticket_key
        ) then 'no_promise'
        else 'no_matching_service_level'
    end as reason_code
from tickets
left join {{ ref('int_register__contract_versions') }} as contracts
    on
        tickets.contract_id = contracts.contract_id
        and tickets.opened_at >= contracts.valid_from
        and tickets.opened_at < contracts.valid_to
where
    not exists (
        select 1 from levels
        where
            levels.ticket_key = tickets.ticket_key
            and levels.has_promise
    )
