-- Grain: one row per expected measurement whose clock has run, with its elapsed seconds and the instant at which the target is used up
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with cumulated as (
    select
        intervals.*,
        sum(open_seconds) over (partition by ticket_key, ticket_sla_key order by event_rank) as elapsed_after,
        sum(open_seconds) over (partition by ticket_key, ticket_sla_key) as elapsed_seconds,
        bool_and(is_measurable) over (partition by ticket_key, ticket_sla_key) as is_measurable_throughout
    from {{ ref('int_sla__clock_intervals') }} as intervals
),

-- The target is used up in the first stretch whose end reaches it; else it would be in the last one, were it to go on.
-- A target of zero is used up where the first second runs.
deciding as (
    select distinct on (ticket_key, ticket_sla_key)
        ticket_sla_key,
        ticket_key,
        target_unit,
        calendar_id,
        coverage_number,
        from_at,
        is_measurable_throughout,
        elapsed_seconds::bigint as elapsed_seconds,
        (target_seconds - (elapsed_after - open_seconds))::bigint as seconds_left_at_from,
        (from_open_seconds + target_seconds - (elapsed_after - open_seconds))::bigint as due_open_seconds
    from cumulated
    order by
        ticket_key,
        ticket_sla_key,
        coalesce(elapsed_after < greatest(target_seconds, 1), true),
        case when elapsed_after >= greatest(target_seconds, 1) then event_rank else -event_rank end
)

select
    deciding.ticket_sla_key,
    deciding.ticket_key,
    deciding.is_measurable_throughout as is_measurable,
    deciding.elapsed_seconds,
    case
        when deciding.target_unit = 'calendar_minutes'
            then deciding.from_at + deciding.seconds_left_at_from * interval '1 second'
        -- Beyond the last published opening of the same coverage the due instant is not known.
        when
            opening.coverage_number = deciding.coverage_number
            and opening.segment_from + (deciding.due_open_seconds - opening.open_seconds_before) * interval '1 second' <= opening.segment_to
            then opening.segment_from + (deciding.due_open_seconds - opening.open_seconds_before) * interval '1 second'
    end as due_at
from deciding
-- One look-up in the index by running seconds. Exact fill at closing time is due at that closing time, so the opening must
-- have begun before; with nothing left to use up, the next opening is due, so one that begins there will do.
left join lateral (
    select
        segments.coverage_number,
        segments.segment_from,
        segments.segment_to,
        segments.open_seconds_before
    from {{ ref('int_calendar__segments') }} as segments
    where
        deciding.is_measurable_throughout
        and deciding.target_unit = 'business_minutes'
        and segments.calendar_id = deciding.calendar_id
        and segments.is_open
        and segments.open_seconds_before < deciding.due_open_seconds + (deciding.seconds_left_at_from = 0)::integer
    order by segments.open_seconds_before desc
    limit 1
) as opening on true
