-- Grain: one row per expected measurement, with its verdict
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with last_clock_states as (
    select distinct on (ticket_key, ticket_sla_key)
        ticket_key,
        ticket_sla_key,
        clock_state_code
    from {{ ref('int_sla__clock_events') }}
    order by ticket_key, ticket_sla_key, event_rank desc
),

-- A clock that stands still for good stopped at the first event after the last one that left it going.
unstopped as (
    select
        ticket_key,
        ticket_sla_key,
        coalesce(max(event_rank) filter (where clock_state_code <> 'stopped'), 0) as last_unstopped_rank
    from {{ ref('int_sla__clock_events') }}
    group by ticket_key, ticket_sla_key
),

stops as (
    select
        clock_events.ticket_key,
        clock_events.ticket_sla_key,
        min(clock_events.event_at) as stopped_at
    from {{ ref('int_sla__clock_events') }} as clock_events
    inner join unstopped
        on
            clock_events.ticket_key = unstopped.ticket_key
            and clock_events.ticket_sla_key = unstopped.ticket_sla_key
            and clock_events.event_rank > unstopped.last_unstopped_rank
    group by clock_events.ticket_key, clock_events.ticket_sla_key
),

calendars as (
    select distinct calendar_id from {{ ref('int_calendar__days') }}
),

gathered as (
    select
        expected.*,
        service_levels.target_unit,
        service_levels.target_seconds,
        service_levels.period_basis,
        tickets.promised_at,
        run.as_of,
        last_clock_states.clock_state_code,
        stops.stopped_at,
        elapsed.is_measurable,
        case when expected.start_rank is not null then coalesce(elapsed.elapsed_seconds, 0) end as elapsed_seconds,
        case when service_levels.target_unit = 'promised_time' then tickets.promised_at else elapsed.due_at end as due_at,
        stop_triggers.first_at is not null as has_stopped_once,
        stop_triggers.last_rank < expected.start_rank as has_stopped_before_start,
        service_levels.target_unit = 'business_minutes' and calendars.calendar_id is null as is_calendar_unknown
    from {{ ref('int_sla__expected_measurements') }} as expected
    inner join {{ ref('int_ticket__current') }} as tickets
        on expected.ticket_key = tickets.ticket_key
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_register__service_level_versions') }} as service_levels
        on expected.service_level_key = service_levels.service_level_key
    left join calendars
        on service_levels.calendar_id = calendars.calendar_id
    left join {{ ref('int_ticket__triggers') }} as stop_triggers
        on
            expected.ticket_key = stop_triggers.ticket_key
            and service_levels.stop_event = stop_triggers.trigger_code
    left join last_clock_states
        on
            expected.ticket_key = last_clock_states.ticket_key
            and expected.ticket_sla_key = last_clock_states.ticket_sla_key
    left join stops
        on
            expected.ticket_key = stops.ticket_key
            and expected.ticket_sla_key = stops.ticket_sla_key
    left join {{ ref('int_sla__elapsed') }} as elapsed
        on
            expected.ticket_key = elapsed.ticket_key
            and expected.ticket_sla_key = elapsed.ticket_sla_key
),

judged as (
    select
        gathered.*,
        case
            when target_unit = 'promised_time' then date_trunc('second', coalesce(stopped_at, as_of)) > date_trunc('second', promised_at)
            else coalesce(elapsed_seconds > target_seconds, false)
        end as is_past_target,
        case
            when service_level_key is null then missing_reason_code
            when is_calendar_unknown then 'calendar_unknown'
            when start_rank is null and has_stopped_once then 'start_event_missing'
            when has_stopped_before_start then 'stop_before_start'
            when not is_measurable then 'calendar_not_published'
            when clock_state_code = 'cancelled' then 'cancelled'
            when start_rank is null then 'not_started'
        end as status_reason_code
    from gathered
),

told as (
    select
        judged.*,
        coalesce(
            status_reason_code in ('calendar_unknown', 'start_event_missing', 'stop_before_start', 'calendar_not_published'),
            false
        ) as is_untellable
    from judged
)

select
    ticket_sla_key,
    ticket_key,
    service_level_key,
    service_level_id,
    contract_id,
    priority_applied_code,
    target_unit,
    target_seconds,
    period_basis,
    status_reason_code,
    -- The order of these branches is the precedence of the statuses.
    case
        when service_level_key is null then 'no_service_level'
        when is_untellable then 'not_measurable'
        when status_reason_code = 'cancelled' then 'excused'
        when is_past_target and stopped_at is not null then 'breached'
        when is_past_target then 'running_past_due'
        when stopped_at is not null then 'met'
        when clock_state_code = 'paused' then 'paused'
        else 'running'
    end as status_code,
    case when service_level_key is not null then started_at end as started_at,
    stopped_at,
    -- What cannot be told has no figure either.
    case when not is_untellable then elapsed_seconds end as elapsed_seconds,
    due_at
from told
