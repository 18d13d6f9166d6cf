-- Grain: one row per difference to a tool's own verdict and other way of measuring that comes to what the tool says
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with differences as (
    select *
    from {{ changed_only(ref('int_sla__source_verdicts')) }} as verdicts
    where not verdicts.is_agreed
),

measured as (
    select
        measurements.ticket_sla_key,
        measurements.ticket_key,
        measurements.service_level_id,
        measurements.contract_id,
        measurements.started_at,
        measurements.elapsed_seconds,
        measurements.target_seconds,
        measurements.target_at_start_seconds,
        measurements.is_breached,
        coalesce(measurements.is_breached and measurements.elapsed_seconds <= measurements.target_seconds, false) as is_breached_earlier
    from differences
    inner join {{ changed_only(ref('int_sla__measurements')) }} as measurements
        on
            differences.ticket_key = measurements.ticket_key
            and differences.service_level_id = measurements.service_level_id
    where measurements.status_code in ('met', 'breached', 'running', 'running_past_due', 'paused')
),

-- Our own seconds against the target of the first, or of the last priority alone.
other_targets as (
    select
        measured.ticket_key,
        measured.ticket_sla_key,
        'first_priority' as variant_code,
        measured.target_at_start_seconds as target_seconds
    from measured
    union all
    select
        measured.ticket_key,
        measured.ticket_sla_key,
        'last_priority' as variant_code,
        last_terms.target_seconds
    from measured
    inner join {{ ref('int_ticket__current') }} as tickets
        on measured.ticket_key = tickets.ticket_key
    inner join lateral (
        select terms.target_seconds
        from {{ ref('int_register__clock_terms') }} as terms
        where
            {{ fits_ticket('terms', 'tickets', 'tickets.priority_code', 'measured.started_at') }}
            and terms.service_level_id = measured.service_level_id
            and terms.contract_id = measured.contract_id
        order by terms.selector_rank desc, terms.service_level_key
        limit 1
    ) as last_terms on true
),

readings as (
    select
        measured.ticket_key,
        measured.service_level_id,
        counted.reason_code,
        counted.variant_code,
        counted.stopped_at,
        counted.elapsed_seconds,
        measured.target_seconds,
        -- What was missed under an earlier target is missed in whatever way the rest is counted.
        measured.is_breached_earlier or counted.elapsed_seconds > measured.target_seconds as is_breached
    from measured
    inner join {{ changed_only(ref('int_sla__source_verdict_readings')) }} as counted
        on
            measured.ticket_key = counted.ticket_key
            and measured.ticket_sla_key = counted.ticket_sla_key
    union all
    -- Less than a minute from the target a clock that counts whole minutes may say either.
    select
        ticket_key,
        service_level_id,
        'rounding' as reason_code,
        'within_a_minute' as variant_code,
        null as stopped_at,
        elapsed_seconds,
        target_seconds,
        is_breached <> coalesce(abs(elapsed_seconds - target_seconds) < 60, false) as is_breached
    from measured
    union all
    select
        measured.ticket_key,
        measured.service_level_id,
        'priority' as reason_code,
        other_targets.variant_code,
        null as stopped_at,
        measured.elapsed_seconds,
        other_targets.target_seconds,
        measured.elapsed_seconds > other_targets.target_seconds as is_breached
    from measured
    inner join other_targets
        on
            measured.ticket_key = other_targets.ticket_key
            and measured.ticket_sla_key = other_targets.ticket_sla_key
    union all
    select
        ticket_key,
        service_level_id,
        'stale' as reason_code,
        'spoken_too_early' as variant_code,
        null as stopped_at,
        null as elapsed_seconds,
        null as target_seconds,
        source_verdict_code = 'breached' as is_breached
    from differences
    where is_stale
)

select
    readings.ticket_key,
    readings.service_level_id,
    readings.reason_code,
    readings.variant_code,
    -- Of several cycles the longest.
    max(readings.stopped_at) as stopped_at,
    max(readings.elapsed_seconds) as elapsed_seconds,
    max(readings.target_seconds) as target_seconds
from readings
inner join differences
    on
        readings.ticket_key = differences.ticket_key
        and readings.service_level_id = differences.service_level_id
group by
    readings.ticket_key,
    readings.service_level_id,
    readings.reason_code,
    readings.variant_code,
    differences.source_verdict_code
having
    bool_and(readings.is_breached is not null)
    and bool_or(readings.is_breached) = (differences.source_verdict_code = 'breached')
