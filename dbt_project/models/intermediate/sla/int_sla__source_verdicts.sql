-- Grain: one row per ticket that came with its tool's own verdict, on itself or a level, and service level compared with it
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with tickets as (
    select * from {{ changed_only(ref('int_ticket__current')) }} as tickets
),

-- Of several clocks of the tool on one level one miss decides, the first; without a miss the last clock.
of_levels as (
    select distinct on (verdicts.ticket_key, verdicts.service_level_id)
        verdicts.ticket_key,
        verdicts.service_level_id,
        verdicts.source_verdict,
        verdicts._version_at,
        verdicts._source_file,
        verdicts._source_row_number,
        verdicts._delivery_id
    from {{ changed_only(ref('stg_ticketing__source_verdicts')) }} as verdicts
    inner join tickets
        on verdicts.ticket_key = tickets.ticket_key
    where verdicts.source_verdict is not null
    order by
        verdicts.ticket_key,
        verdicts.service_level_id,
        verdicts.source_verdict = 'breached' desc,
        case when verdicts.source_verdict = 'breached' then verdicts.started_at end,
        verdicts.started_at desc nulls last
),

spoken as (
    select
        ticket_key,
        source_verdict,
        service_level_id as source_service_level_id,
        true as is_of_level,
        _version_at as source_verdict_at,
        _source_file,
        _source_row_number,
        _delivery_id
    from of_levels
    union all
    select
        ticket_key,
        source_verdict,
        source_service_level_id,
        false as is_of_level,
        _version_at as source_verdict_at,
        _source_file,
        _source_row_number,
        _delivery_id
    from tickets
    where source_verdict is not null
),

-- A tool's one verdict per ticket speaks of its completion, unless the export names the service level.
compared as (
    select
        spoken.ticket_key,
        spoken.is_of_level,
        measurements.ticket_sla_key,
        measurements.service_level_id,
        measurements.cycle_number,
        measurements.is_breached,
        measurements.status_code in ('met', 'breached', 'running', 'running_past_due', 'paused') as has_verdict,
        bool_or(measurements.status_code in ('running', 'running_past_due', 'paused'))
            over (partition by spoken.is_of_level, measurements.ticket_key, measurements.service_level_id) as is_running
    from spoken
    inner join {{ changed_only(ref('int_sla__measurements')) }} as measurements
        on spoken.ticket_key = measurements.ticket_key
    inner join {{ ref('int_register__clock_terms') }} as terms
        on measurements.service_level_key = terms.service_level_key
    where
        case
            when spoken.source_service_level_id is not null then measurements.service_level_id = spoken.source_service_level_id
            else terms.target_unit = 'promised_time' or terms.stop_events <@ '{resolved,closed}'::text[]
        end
),

-- Of several cycles one miss decides, the first; without a miss the last cycle.
decisive as (
    select distinct on (ticket_key, is_of_level, service_level_id)
        ticket_key,
        is_of_level,
        ticket_sla_key,
        service_level_id,
        is_running,
        case when has_verdict then case when is_breached then 'breached' else 'met' end end as verdict_code
    from compared
    order by
        ticket_key,
        is_of_level,
        service_level_id,
        has_verdict desc,
        is_breached desc,
        case when is_breached then cycle_number else -cycle_number end
),

newest_changes as (
    select
        spoken.ticket_key,
        max(events.event_at) as state_changed_at
    from spoken
    inner join {{ changed_only(ref('int_ticket__events')) }} as events
        on spoken.ticket_key = events.ticket_key
    where events.state_code is distinct from events.state_before_code
    group by spoken.ticket_key
)

select
    spoken.ticket_key,
    decisive.ticket_sla_key,
    coalesce(decisive.service_level_id, spoken.source_service_level_id) as service_level_id,
    spoken.source_verdict as source_verdict_code,
    spoken.source_verdict_at,
    newest_changes.state_changed_at,
    decisive.verdict_code,
    spoken.source_verdict = decisive.verdict_code as is_agreed,
    -- The tool spoke before the end, or before something that we know.
    coalesce(decisive.is_running or spoken.source_verdict_at < newest_changes.state_changed_at, false) as is_stale,
    spoken._source_file,
    spoken._source_row_number,
    spoken._delivery_id
from spoken
left join decisive
    on
        spoken.ticket_key = decisive.ticket_key
        and spoken.is_of_level = decisive.is_of_level
        and decisive.service_level_id = coalesce(spoken.source_service_level_id, decisive.service_level_id)
left join newest_changes
    on spoken.ticket_key = newest_changes.ticket_key
-- What the tool says of a level goes before what it says of the ticket.
left join of_levels
    on
        not spoken.is_of_level
        and spoken.ticket_key = of_levels.ticket_key
        and of_levels.service_level_id = coalesce(decisive.service_level_id, spoken.source_service_level_id)
where of_levels.ticket_key is null
