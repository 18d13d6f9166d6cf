-- Grain: one row per expected measurement whose clock has started, with its elapsed seconds as the sum over the events that moved it
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
-- Each event at which the clock stops adds the calendar's open seconds up to it, each at which it starts takes them away.
-- Measurements that need more than their sum (a breach instant, exclusions, other targets on the way) are looked at again
-- in int_sla__stretches.
with measurements as (
    select
        expected.ticket_sla_key,
        expected.ticket_key,
        expected.start_rank,
        expected.end_rank,
        {{ calendar_of('terms') }} as calendar_id,
        terms.reopen_policy,
        terms.stop_states,
        terms.can_pause,
        terms.pause_states,
        terms.pause_reasons
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    inner join {{ ref('int_register__clock_terms') }} as terms
        on expected.service_level_key = terms.service_level_key
    where expected.start_rank is not null
),

states as (
    select
        measurements.ticket_sla_key,
        measurements.ticket_key,
        measurements.calendar_id,
        events.event_rank,
        events.event_at,
        case
            when events.event_rank > measurements.start_rank
                then {{ clock_state('events.state_before_code', 'events.reason_before_code', 'measurements') }}
        end as state_before,
        case
            when events.event_rank = measurements.end_rank then 'stopped'
            else {{ clock_state('events.state_code', 'events.reason_code', 'measurements') }}
        end as state_after,
        coalesce(events.event_rank = measurements.end_rank, events.is_last) as is_end
    from measurements
    inner join {{ ref('int_ticket__events') }} as events
        on
            measurements.ticket_key = events.ticket_key
            and measurements.start_rank <= events.event_rank
            and coalesce(measurements.end_rank, 2147483647) >= events.event_rank
),

moves as (
    select
        ticket_sla_key,
        ticket_key,
        calendar_id,
        event_rank as moved_rank,
        event_at as moved_at,
        (coalesce(state_before, '') = 'running')::integer - (state_after = 'running')::integer as step,
        case when is_end then state_after end as end_state,
        state_after = 'stopped' and (state_before is distinct from 'stopped') as is_stop
    from states
    where
        is_end
        or (coalesce(state_before, '') = 'running') <> (state_after = 'running')
        or (state_after = 'stopped' and state_before is distinct from 'stopped')
    union all
    -- What runs still runs up to the run.
    select
        states.ticket_sla_key,
        states.ticket_key,
        states.calendar_id,
        null as moved_rank,
        greatest(run.as_of, states.event_at) as moved_at,
        (states.state_after = 'running')::integer as step,
        null as end_state,
        true as is_stop
    from states
    cross join {{ ref('stg_ops__run') }} as run
    where states.is_end and states.state_after <> 'stopped'
),

positions as (
    select
        moves.ticket_sla_key,
        moves.ticket_key,
        moves.moved_rank,
        moves.moved_at,
        moves.step,
        moves.end_state,
        moves.is_stop,
        segments.coverage_number,
        case
            when moves.calendar_id is null then {{ seconds_of('moves.moved_at') }}
            else {{ open_seconds_at('segments', 'moves.moved_at') }}
        end as position
    from moves
    left join {{ ref('int_calendar__segments') }} as segments
        on {{ segment_holds('segments', 'moves.calendar_id', 'moves.moved_at') }}
)

select
    ticket_sla_key,
    ticket_key,
    -- Both ends of every stretch must lie in the same unbroken stretch of published days; nothing is guessed beyond it.
    coalesce(bool_and(position is not null) filter (where step <> 0), true)
    and coalesce(
        min(coverage_number) filter (where step <> 0) = max(coverage_number) filter (where step <> 0), true
    ) as is_measurable,
    coalesce(sum(step * position), 0)::bigint as elapsed_seconds,
    max(end_state) as clock_state_code,
    max(moved_rank) filter (where is_stop) as stop_rank,
    max(moved_at) filter (where is_stop) as end_at,
    -- Positions of one coverage can be compared; else the end is looked up again in int_sla__measurements.
    case
        when
            count(*) filter (where is_stop) = count(position) filter (where is_stop)
            and (min(coverage_number) filter (where is_stop) is not distinct from max(coverage_number) filter (where is_stop))
            then max(position) filter (where is_stop)
    end as end_position,
    max(coverage_number) filter (where is_stop) as end_coverage_number
from positions
group by ticket_key, ticket_sla_key
