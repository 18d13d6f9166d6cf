-- Grain: one row per version of a service level that clocks of tickets measure, with its triggers spelled out
-- That is: as the event types and the states that pull them.
with service_levels as (
    select *
    from {{ ref('int_register__service_level_versions') }}
    where measure_kind = 'ticket_clock'
),

trigger_states (trigger_code, state_code) as (
    values
    ('assigned', 'assigned'),
    -- A resolution is a response: who solves without a first word has answered by solving.
    ('responded', 'resolved'),
    ('responded', 'closed'),
    ('resolved', 'resolved'),
    ('resolved', 'closed'),
    ('closed', 'closed')
),

triggers as (
    select
        service_levels.service_level_key,
        named.role_code,
        named.trigger_code,
        named.role_code = 'stop' and not named.trigger_code = any(service_levels.start_events) as is_stop_only,
        -- A state is left again by a reopening; what happened at a moment has happened for good.
        named.trigger_code like 'state:%' or named.trigger_code in ('resolved', 'closed') as is_state
    from service_levels
    cross join lateral (
        select
            'start' as role_code,
            unnest(service_levels.start_events) as trigger_code
        union all
        select
            'stop' as role_code,
            unnest(service_levels.stop_events) as trigger_code
    ) as named
),

states as (
    select
        triggers.service_level_key,
        triggers.role_code,
        triggers.is_stop_only,
        triggers.is_state,
        coalesce(trigger_states.state_code, substr(triggers.trigger_code, length('state:') + 1)) as state_code
    from triggers
    left join trigger_states
        on triggers.trigger_code = trigger_states.trigger_code
    where triggers.trigger_code like 'state:%' or trigger_states.state_code is not null
),

states_of as (
    select
        service_level_key,
        array_agg(distinct state_code) filter (where role_code = 'start') as start_states,
        array_agg(distinct state_code) filter (where role_code = 'stop' and not is_state) as ending_states,
        array_agg(distinct state_code) filter (where is_stop_only and not is_state) as other_ending_states,
        array_agg(distinct state_code) filter (where role_code = 'stop' and is_state) as stop_states
    from states
    group by service_level_key
),

event_types_of as (
    select
        service_level_key,
        array_agg(distinct trigger_code) filter (where role_code = 'start') as start_event_types,
        array_agg(distinct trigger_code) filter (where role_code = 'stop') as ending_event_types,
        array_agg(distinct trigger_code) filter (where is_stop_only) as other_ending_event_types
    from triggers
    where not is_state
    group by service_level_key
)

select
    service_levels.*,
    coalesce(event_types_of.start_event_types, '{}') as start_event_types,
    coalesce(states_of.start_states, '{}') as start_states,
    -- The clock ends for good with these, it stands in the stop states.
    coalesce(event_types_of.ending_event_types, '{}') as ending_event_types,
    coalesce(states_of.ending_states, '{}') as ending_states,
    -- An event that starts the clock does not end it by the same trigger, but by one of these.
    coalesce(event_types_of.other_ending_event_types, '{}') as other_ending_event_types,
    coalesce(states_of.other_ending_states, '{}') as other_ending_states,
    coalesce(states_of.stop_states, '{}') as stop_states,
    cardinality(service_levels.pause_states) + cardinality(service_levels.pause_reasons) > 0 as can_pause
from service_levels
left join states_of
    on service_levels.service_level_key = states_of.service_level_key
left join event_types_of
    on service_levels.service_level_key = event_types_of.service_level_key
