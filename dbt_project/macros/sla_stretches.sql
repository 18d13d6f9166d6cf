{#- The clock of measurements, stretch by stretch: one row for every time between two events (or edges of an exclusion) from
    the start of the clock to its end, with what the clock did and the open seconds it counted.

    `measurements` names a relation with the columns of int_sla__expected_measurements. A query that asks for one ticket
    reads one ticket: nothing here looks beyond it. -#}
{% macro sla_stretches(measurements) -%}
    select
        known.ticket_sla_key,
        known.ticket_key,
        known.event_rank,
        known.from_at,
        known.to_at,
        known.clock_state_code,
        known.exclusion_id,
        known.holder_supplier_id,
        known.answering_supplier_id,
        known.priority_code,
        known.service_level_key,
        known.terms_number,
        known.target_seconds,
        known.calendar_id,
        known.coverage_number,
        known.from_position,
        case
            when known.clock_state_code <> 'running' or known.from_at = known.to_at then 0
            when known.calendar_id is null then {{ seconds_of('known.to_at') }} - {{ seconds_of('known.from_at') }}
            -- Counted as far as the calendar is published: what is certain before its end stays certain.
            else {{ open_seconds_at('to_segments', 'least(known.to_at, known.covered_to)') }} - known.from_position
        end as open_seconds,
        known.clock_state_code <> 'running'
        or known.from_at = known.to_at
        or known.calendar_id is null
        or coalesce(known.to_at <= known.covered_to, false) as is_measurable
    from (
        select
            cut.*,
            from_segments.coverage_number,
            from_segments.covered_to,
            case
                when cut.calendar_id is null then {{ seconds_of('cut.from_at') }}
                else {{ open_seconds_at('from_segments', 'cut.from_at') }}
            end as from_position
        from (
            select
                measured.ticket_sla_key,
                measured.ticket_key,
                events.event_rank,
                pieces.from_at,
                pieces.to_at,
                pieces.exclusion_id,
                case
                    when pieces.exclusion_id is not null then 'excluded'
                    else {{ clock_state('events.state_code', 'events.reason_code', 'terms') }}
                end as clock_state_code,
                coalesce(events.holder_supplier_id, holders.supplier_id, tickets.supplier_id, 'unknown') as holder_supplier_id,
                coalesce(events.supplier_id, holders.supplier_id, tickets.supplier_id, 'unknown') as answering_supplier_id,
                coalesce(retargeted.priority_code, measured.priority_applied_code) as priority_code,
                terms.service_level_key,
                coalesce(retargeted.from_rank, 0) as terms_number,
                {{ target_seconds_of('terms', 'measured.started_at', 'tickets.promised_at', 'working_day_targets.target_seconds') }}
                    as target_seconds,
                {{ calendar_of('terms') }} as calendar_id
            from {{ measurements }} as measured
            inner join {{ ref('int_ticket__current') }} as tickets
                on measured.ticket_key = tickets.ticket_key
            inner join {{ ref('int_ticket__events') }} as events
                on
                    measured.ticket_key = events.ticket_key
                    and measured.start_rank <= events.event_rank
                    -- Up to the event that ends it. A clock that one event starts and ends has no time, but there may be a promise to
                    -- hold it against.
                    and greatest(coalesce(measured.end_rank, 2147483647) - 1, measured.start_rank) >= events.event_rank
            cross join {{ ref('stg_ops__run') }} as run
            -- The terms in force after this event: those of the last change of priority that had others.
            left join lateral (
                select
                    retargets.from_rank,
                    retargets.priority_code,
                    retargets.service_level_key
                from {{ ref('int_sla__retargets') }} as retargets
                where
                    retargets.ticket_key = measured.ticket_key
                    and retargets.ticket_sla_key = measured.ticket_sla_key
                    and retargets.from_rank <= events.event_rank
                order by retargets.from_rank desc
                limit 1
            ) as retargeted on true
            inner join {{ ref('int_register__clock_terms') }} as terms
                on coalesce(retargeted.service_level_key, measured.service_level_key) = terms.service_level_key
            left join {{ ref('int_sla__working_day_targets') }} as working_day_targets
                on
                    measured.ticket_key = working_day_targets.ticket_key
                    and measured.ticket_sla_key = working_day_targets.ticket_sla_key
                    and terms.service_level_key = working_day_targets.service_level_key
            -- Until the first work centre is stated, the ticket waits for the party that gets it.
            left join {{ ref('int_ticket__holders') }} as holders
                on
                    measured.ticket_key = holders.ticket_key
                    and holders.is_first_holder
            cross join lateral (
                select
                    date_trunc('second', events.event_at) as from_at,
                    date_trunc(
                        'second',
                        case
                            when events.event_rank = measured.end_rank then events.event_at
                            else coalesce(events.next_event_at, greatest(run.as_of, events.event_at))
                        end
                    ) as to_at
            ) as stretch
            left join lateral (
                select range_agg(tstzrange(exclusions.excluded_from, exclusions.excluded_to)) as windows
                from {{ ref('int_sla__exclusions') }} as exclusions
                where
                    exclusions.ticket_key = measured.ticket_key
                    and exclusions.ticket_sla_key = measured.ticket_sla_key
                    and not exclusions.is_whole
            ) as excluded on true
            cross join lateral (
                select
                    stretch.from_at,
                    stretch.to_at,
                    null::text as exclusion_id
                where excluded.windows is null or stretch.from_at = stretch.to_at
                union all
                select
                    lower(counted) as from_at,
                    upper(counted) as to_at,
                    null as exclusion_id
                from unnest(tstzmultirange(tstzrange(stretch.from_at, stretch.to_at)) - excluded.windows) as counted
                union all
                select
                    lower(free) as from_at,
                    upper(free) as to_at,
                    -- Of several that overlap, the first by its identifier is named.
                    (
                        select min(exclusions.exclusion_id)
                        from {{ ref('int_sla__exclusions') }} as exclusions
                        where
                            exclusions.ticket_key = measured.ticket_key
                            and exclusions.ticket_sla_key = measured.ticket_sla_key
                            and not exclusions.is_whole
                            and tstzrange(exclusions.excluded_from, exclusions.excluded_to) && free
                    ) as exclusion_id
                from unnest(tstzmultirange(tstzrange(stretch.from_at, stretch.to_at)) * excluded.windows) as free
            ) as pieces
        ) as cut
        left join {{ ref('int_calendar__segments') }} as from_segments
            on {{ segment_holds('from_segments', 'cut.calendar_id', 'cut.from_at') }}
    ) as known
    -- An end belongs to the stretch that it ends: looked up a second before and counted up to it.
    left join {{ ref('int_calendar__segments') }} as to_segments
        on {{ segment_holds('to_segments', 'known.calendar_id', "least(known.to_at, known.covered_to) - interval '1 second'") }}
{%- endmacro %}
