-- Grain: one row per stretch of the clock of each measurement whose verdict needs more than its elapsed seconds
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
-- That is: the target is used up, the calendar ends on the way, the terms change, time is excluded, or several parties held the ticket.
with looked_at as materialized (
    select expected.*
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    inner join {{ ref('int_ticket__current') }} as tickets
        on expected.ticket_key = tickets.ticket_key
    inner join {{ ref('int_register__clock_terms') }} as terms
        on expected.service_level_key = terms.service_level_key
    -- By one key only: PostgreSQL takes two columns that say the same for independent, expects a single row and then loops.
    inner join {{ changed_only(ref('int_sla__elapsed')) }} as elapsed
        on expected.ticket_sla_key = elapsed.ticket_sla_key
    left join {{ ref('int_sla__working_day_targets') }} as working_day_targets
        on
            expected.ticket_key = working_day_targets.ticket_key
            and expected.ticket_sla_key = working_day_targets.ticket_sla_key
            and expected.service_level_key = working_day_targets.service_level_key
    where
        not elapsed.is_measurable
        or coalesce(
            elapsed.elapsed_seconds
            >= {{ target_seconds_of('terms', 'expected.started_at', 'tickets.promised_at', 'working_day_targets.target_seconds') }},
            true
        )
        or expected.follows_priority
        or tickets.has_several_holders
        or exists (
            select 1 from {{ ref('int_sla__exclusions') }} as exclusions
            where
                exclusions.ticket_key = expected.ticket_key
                and exclusions.ticket_sla_key = expected.ticket_sla_key
        )
)

{{ sla_stretches('looked_at') }}
