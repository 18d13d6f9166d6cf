-- Grain: one row per measurement of int_sla__stretches, with its breach instant and who answers for it
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
{#- A clock that stands in a stop state cannot be missed any more, whatever happens to its target; but the event that starts
    and stops it may come after the promise. #}
{%- set is_used_up = "(clock_state_code <> 'stopped' or is_first) and (used_after > target_seconds or used_before > target_seconds)" %}
with cumulated as (
    select
        stretches.*,
        coalesce(sum(open_seconds) over before_it, 0)::bigint as used_before,
        (coalesce(sum(open_seconds) over before_it, 0) + coalesce(open_seconds, 0))::bigint as used_after,
        count(*) over before_it = 0 as is_first,
        coalesce(bool_and(is_measurable) over before_it, true) and open_seconds is not null as is_known
    from {{ changed_only(ref('int_sla__stretches')) }} as stretches
    window before_it as (
        partition by ticket_key, ticket_sla_key
        order by event_rank, from_at
        rows between unbounded preceding and 1 preceding
    )
),

totals as (
    select
        ticket_key,
        ticket_sla_key,
        coalesce(max(terms_number) filter (where clock_state_code <> 'stopped'), 0) as last_terms_number,
        -- A breach under a target once in force stays one, whatever the target becomes later.
        min(terms_number) filter (where is_known and {{ is_used_up }}) as breached_terms_number,
        coalesce(bool_and(is_measurable), true) as is_measurable,
        sum(open_seconds)::bigint as elapsed_seconds
    from cumulated
    group by ticket_key, ticket_sla_key
),

-- The target is used up in the first stretch whose end reaches it; a target of zero where the first second runs; at once
-- where a change of terms finds more used than the new target allows.
filling as (
    select distinct on (cumulated.ticket_key, cumulated.ticket_sla_key)
        cumulated.ticket_key,
        cumulated.ticket_sla_key,
        cumulated.calendar_id,
        cumulated.coverage_number,
        cumulated.from_at,
        cumulated.from_position,
        cumulated.terms_number,
        cumulated.target_seconds - cumulated.used_before as seconds_left,
        totals.breached_terms_number is not null as is_breached
    from cumulated
    inner join totals
        on
            cumulated.ticket_key = totals.ticket_key
            and cumulated.ticket_sla_key = totals.ticket_sla_key
            and cumulated.terms_number = coalesce(totals.breached_terms_number, totals.last_terms_number)
    where
        cumulated.is_known
        and (cumulated.clock_state_code <> 'stopped' or cumulated.is_first)
        and (cumulated.used_after >= greatest(cumulated.target_seconds, 1) or cumulated.used_before > cumulated.target_seconds)
    order by cumulated.ticket_key, cumulated.ticket_sla_key, cumulated.event_rank, cumulated.from_at
),

filled as (
    select
        filling.ticket_key,
        filling.ticket_sla_key,
        filling.is_breached,
        case
            when filling.seconds_left < 0 and filling.terms_number > 0 then filling.from_at
            when filling.calendar_id is null then filling.from_at + filling.seconds_left * interval '1 second'
            when filling.seconds_left < 0 then filling.from_at
            else {{ due_instant(
                'opening',
                'filling.from_position + filling.seconds_left',
                'filling.coverage_number',
                'filling.seconds_left = 0'
            ) }}
        end as filled_at
    from filling
    left join lateral (
        {{ opening_by_position('filling.calendar_id', 'filling.from_position + filling.seconds_left', 'filling.seconds_left = 0') }}
    ) as opening on true
),

last_terms as (
    select distinct on (ticket_key, ticket_sla_key)
        ticket_key,
        ticket_sla_key,
        service_level_key,
        priority_code,
        target_seconds,
        answering_supplier_id as last_supplier_id
    from cumulated
    -- As it was while the clock was not yet stopped; of one that never ran, as it was at first.
    order by
        ticket_key,
        ticket_sla_key,
        clock_state_code = 'stopped',
        case when clock_state_code <> 'stopped' then event_rank end desc,
        case when clock_state_code <> 'stopped' then from_at end desc,
        event_rank,
        from_at
),

breaches as (
    select
        cumulated.ticket_key,
        cumulated.ticket_sla_key,
        -- Who answered for it at that instant.
        (
            array_agg(cumulated.answering_supplier_id order by cumulated.event_rank desc, cumulated.from_at desc)
            filter (where cumulated.from_at <= filled.filled_at)
        )[1] as breach_supplier_id,
        (array_agg(cumulated.answering_supplier_id order by cumulated.event_rank, cumulated.from_at))[1] as first_supplier_id,
        bool_or(cumulated.clock_state_code = 'stopped' and cumulated.from_at > filled.filled_at) as is_breach_confirmed
    from cumulated
    inner join filled
        on
            cumulated.ticket_key = filled.ticket_key
            and cumulated.ticket_sla_key = filled.ticket_sla_key
            and filled.is_breached
    group by cumulated.ticket_key, cumulated.ticket_sla_key
)

select
    totals.ticket_sla_key,
    totals.ticket_key,
    last_terms.service_level_key,
    last_terms.priority_code,
    last_terms.target_seconds,
    totals.elapsed_seconds,
    totals.is_measurable,
    totals.breached_terms_number is not null as is_breached,
    filled.filled_at,
    coalesce(breaches.is_breach_confirmed, false) as is_breach_confirmed,
    last_terms.last_supplier_id,
    coalesce(breaches.breach_supplier_id, earlier.supplier_id, breaches.first_supplier_id) as breach_supplier_id
from totals
inner join last_terms
    on
        totals.ticket_key = last_terms.ticket_key
        and totals.ticket_sla_key = last_terms.ticket_sla_key
left join filled
    on
        totals.ticket_key = filled.ticket_key
        and totals.ticket_sla_key = filled.ticket_sla_key
left join breaches
    on
        totals.ticket_key = breaches.ticket_key
        and totals.ticket_sla_key = breaches.ticket_sla_key
-- A promise may have been over before its clock started.
left join lateral (
    select events.supplier_id
    from {{ ref('int_ticket__events') }} as events
    where
        filled.is_breached
        and breaches.breach_supplier_id is null
        and events.ticket_key = totals.ticket_key
        and events.event_at <= filled.filled_at
        and events.supplier_id is not null
    order by events.event_rank desc
    limit 1
) as earlier on true
