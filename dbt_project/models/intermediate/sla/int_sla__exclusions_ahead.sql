-- Grain: one row per measurement whose clock has not stopped and approved window after the run that will keep its clock standing
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with ahead as (
    select
        exclusions.ticket_sla_key,
        exclusions.ticket_key,
        {{ calendar_of('terms') }} as calendar_id,
        range_agg(tstzrange(greatest(exclusions.excluded_from, date_trunc('second', elapsed.end_at)), exclusions.excluded_to)) as windows
    from {{ changed_only(ref('int_sla__exclusions')) }} as exclusions
    inner join {{ ref('int_sla__elapsed') }} as elapsed
        on
            exclusions.ticket_key = elapsed.ticket_key
            and exclusions.ticket_sla_key = elapsed.ticket_sla_key
            and elapsed.clock_state_code in ('running', 'paused')
            and exclusions.excluded_to > date_trunc('second', elapsed.end_at)
    inner join {{ ref('int_sla__examined') }} as examined
        on
            exclusions.ticket_key = examined.ticket_key
            and exclusions.ticket_sla_key = examined.ticket_sla_key
    inner join {{ ref('int_register__clock_terms') }} as terms
        on examined.service_level_key = terms.service_level_key
    where not exclusions.is_whole
    group by exclusions.ticket_sla_key, exclusions.ticket_key, {{ calendar_of('terms') }}
),

bounds as (
    select
        ahead.ticket_sla_key,
        ahead.ticket_key,
        ahead.calendar_id,
        lower(excluded) as excluded_from,
        upper(excluded) as excluded_to
    from ahead
    cross join lateral unnest(ahead.windows) as excluded
)

select
    bounds.ticket_sla_key,
    bounds.ticket_key,
    case
        when bounds.calendar_id is null then {{ seconds_of('bounds.excluded_from') }}
        else {{ open_seconds_at('from_segments', 'bounds.excluded_from') }}
    end as from_position,
    -- Without a known end nobody can say when the clock goes on.
    case
        when not isfinite(bounds.excluded_to) then null
        when bounds.calendar_id is null then {{ seconds_of('bounds.excluded_to') }}
        when from_segments.coverage_number = to_segments.coverage_number then {{ open_seconds_at('to_segments', 'bounds.excluded_to') }}
    end as to_position
from bounds
left join {{ ref('int_calendar__segments') }} as from_segments
    on {{ segment_holds('from_segments', 'bounds.calendar_id', 'bounds.excluded_from') }}
left join {{ ref('int_calendar__segments') }} as to_segments
    on {{ segment_holds('to_segments', 'bounds.calendar_id', 'bounds.excluded_to') }}
