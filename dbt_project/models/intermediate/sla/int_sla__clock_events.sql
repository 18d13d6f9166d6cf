-- Grain: one row per expected measurement and event from the start of its clock on, with what the clock does after it
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with measurements as (
    select
        expected.ticket_sla_key,
        expected.ticket_key,
        expected.start_rank,
        service_levels.stop_event,
        service_levels.pause_states,
        service_levels.target_unit,
        service_levels.calendar_id,
        service_levels.target_seconds
    from {{ ref('int_sla__expected_measurements') }} as expected
    inner join {{ ref('int_register__service_level_versions') }} as service_levels
        on expected.service_level_key = service_levels.service_level_key
    where expected.start_rank is not null
),

-- A first response stays given; the other stops are states, which a reopening leaves again (the resolved gap does not count).
first_responses as (
    select
        measurements.ticket_key,
        measurements.ticket_sla_key,
        min(response.event_rank) as response_rank
    from measurements
    inner join {{ ref('int_ticket__triggers') }} as triggers
        on
            measurements.ticket_key = triggers.ticket_key
            and triggers.trigger_code = 'responded'
    cross join lateral unnest(triggers.event_ranks) as response (event_rank)
    where
        measurements.stop_event = 'responded'
        and response.event_rank >= measurements.start_rank
    group by measurements.ticket_key, measurements.ticket_sla_key
)

select
    measurements.ticket_sla_key,
    measurements.ticket_key,
    events.event_rank,
    events.event_at,
    lead(events.event_at, 1, greatest(run.as_of, events.event_at))
        over (partition by measurements.ticket_key, measurements.ticket_sla_key order by events.event_rank)
        as next_event_at,
    measurements.target_unit,
    measurements.calendar_id,
    measurements.target_seconds,
    case
        when events.state_code = 'cancelled' then 'cancelled'
        when
            case measurements.stop_event
                when 'responded' then events.event_rank >= first_responses.response_rank
                when 'resolved' then events.state_code in ('resolved', 'closed')
                when 'closed' then events.state_code = 'closed'
                else 'state:' || events.state_code = measurements.stop_event
            end then 'stopped'
        when events.state_code = any(measurements.pause_states) then 'paused'
        else 'running'
    end as clock_state_code
from measurements
inner join {{ ref('int_ticket__events') }} as events
    on
        measurements.ticket_key = events.ticket_key
        and measurements.start_rank <= events.event_rank
left join first_responses
    on
        measurements.ticket_key = first_responses.ticket_key
        and measurements.ticket_sla_key = first_responses.ticket_sla_key
cross join {{ ref('stg_ops__run') }} as run
