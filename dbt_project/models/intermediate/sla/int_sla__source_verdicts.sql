-- Grain: one row per ticket that came with its tool's own verdict, and service level compared with it; one without where there is none
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with tickets as (
    select
        ticket_key,
        source_verdict,
        source_service_level_id,
        _version_at as source_verdict_at
    from {{ changed_only(ref('int_ticket__current')) }} as tickets
    where tickets.source_verdict is not null
),

-- A tool's one verdict per ticket speaks of its completion, unless the export names the service level.
compared as (
    select
        tickets.ticket_key,
        measurements.ticket_sla_key,
        measurements.service_level_id,
        measurements.cycle_number,
        measurements.is_breached,
        measurements.status_code in ('met', 'breached', 'running', 'running_past_due', 'paused') as has_verdict,
        bool_or(measurements.status_code in ('running', 'running_past_due', 'paused'))
            over (partition by measurements.ticket_key, measurements.service_level_id) as is_running
    from tickets
    inner join {{ changed_only(ref('int_sla__measurements')) }} as measurements
        on tickets.ticket_key = measurements.ticket_key
    inner join {{ ref('int_register__clock_terms') }} as terms
        on measurements.service_level_key = terms.service_level_key
    where
        case
            when tickets.source_service_level_id is not null then measurements.service_level_id = tickets.source_service_level_id
            else terms.target_unit = 'promised_time' or terms.stop_events <@ '{resolved,closed}'::text[]
        end
),

-- Of several cycles one miss decides, the first; without a miss the last cycle.
decisive as (
    select distinct on (ticket_key, service_level_id)
        ticket_key,
        ticket_sla_key,
        service_level_id,
        is_running,
        case when has_verdict then case when is_breached then 'breached' else 'met' end end as verdict_code
    from compared
    order by
        ticket_key,
        service_level_id,
        has_verdict desc,
        is_breached desc,
        case when is_breached then cycle_number else -cycle_number end
),

newest_changes as (
    select
        tickets.ticket_key,
        max(events.event_at) as state_changed_at
    from tickets
    inner join {{ changed_only(ref('int_ticket__events')) }} as events
        on tickets.ticket_key = events.ticket_key
    where events.state_code is distinct from events.state_before_code
    group by tickets.ticket_key
)

select
    tickets.ticket_key,
    decisive.ticket_sla_key,
    coalesce(decisive.service_level_id, tickets.source_service_level_id) as service_level_id,
    tickets.source_verdict as source_verdict_code,
    tickets.source_verdict_at,
    newest_changes.state_changed_at,
    decisive.verdict_code,
    tickets.source_verdict = decisive.verdict_code as is_agreed,
    -- The tool spoke before the end, or before something that we know.
    coalesce(decisive.is_running or tickets.source_verdict_at < newest_changes.state_changed_at, false) as is_stale
from tickets
left join decisive
    on tickets.ticket_key = decisive.ticket_key
left join newest_changes
    on tickets.ticket_key = newest_changes.ticket_key
