-- Grain: one row per expected measurement that follows the priority and change of its terms, with the event that changed them
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with measurements as (
    select *
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    where follows_priority and start_rank is not null
),

chosen as (
    select
        measurements.ticket_sla_key,
        measurements.ticket_key,
        measurements.service_level_key as first_service_level_key,
        events.event_rank,
        events.event_at,
        events.priority_code,
        in_force.service_level_key
    from measurements
    inner join {{ ref('int_ticket__current') }} as tickets
        on measurements.ticket_key = tickets.ticket_key
    inner join (
        select
            *,
            lag(priority_code) over (partition by ticket_key order by event_rank) as priority_before_code
        from {{ changed_only(ref('int_ticket__events')) }} as events
    ) as events
        on
            measurements.ticket_key = events.ticket_key
            and measurements.start_rank < events.event_rank
            and coalesce(measurements.end_rank, 2147483647) > events.event_rank
            and events.priority_code is distinct from events.priority_before_code
    -- No row for the new priority: the terms that held so far go on.
    inner join lateral (
        select terms.service_level_key
        from {{ ref('int_register__clock_terms') }} as terms
        where
            {{ fits_ticket('terms', 'tickets', 'events.priority_code', 'events.event_at') }}
            and terms.service_level_id = measurements.service_level_id
            and terms.contract_id = measurements.contract_id
        order by terms.selector_rank desc, terms.service_level_key
        limit 1
    ) as in_force on true
),

compared as (
    select
        chosen.*,
        lag(service_level_key, 1, first_service_level_key)
            over (partition by ticket_key, ticket_sla_key order by event_rank) as service_level_before_key
    from chosen
)

select
    ticket_sla_key,
    ticket_key,
    event_rank as from_rank,
    event_at as changed_at,
    priority_code,
    service_level_key
from compared
where service_level_key <> service_level_before_key
