-- Grain: one row per expected measurement and exclusion in effect that touches its clock or excuses it
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with measurements as (
    select
        expected.ticket_sla_key,
        expected.ticket_key,
        expected.contract_id,
        expected.service_level_id,
        expected.started_at,
        elapsed.end_at,
        elapsed.clock_state_code
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    left join {{ ref('int_sla__elapsed') }} as elapsed
        on
            expected.ticket_key = elapsed.ticket_key
            and expected.ticket_sla_key = elapsed.ticket_sla_key
    where
        expected.service_level_key is not null
        -- Nothing to look at in most nights of most companies.
        and exists (select 1 from {{ ref('int_register__exclusions_in_effect') }})
)

{%- set columns %}
    measurements.ticket_sla_key,
    measurements.ticket_key,
    exclusions.exclusion_id,
    exclusions.reason_code,
    exclusions.is_ruling,
    exclusions.is_whole or exclusions.window_effect = 'excuses_tickets' as is_whole,
    coalesce(exclusions.excluded_from, '-infinity') as excluded_from,
    coalesce(exclusions.excluded_to, 'infinity') as excluded_to
{%- endset %}
{%- set matches %}
        (exclusions.contract_id is null or exclusions.contract_id = measurements.contract_id)
        and (exclusions.service_level_id is null or exclusions.service_level_id = measurements.service_level_id)
        and case
            when exclusions.is_whole then true
            when exclusions.window_effect = 'excuses_tickets'
                then
                    exclusions.excluded_from <= measurements.started_at
                    and exclusions.excluded_to > measurements.started_at
            else
                (
                    -- What is approved ahead moves the due instant of a clock that has not stopped.
                    measurements.clock_state_code in ('running', 'paused')
                    or exclusions.excluded_from < measurements.end_at
                )
                and exclusions.excluded_to > measurements.started_at
        end
{%- endset %}

select
    {{- columns }}
from measurements
inner join {{ ref('int_register__exclusions_in_effect') }} as exclusions
    on
        measurements.ticket_key = exclusions.ticket_key
        and {{ matches }}
union all
select
    {{- columns }}
from measurements
inner join {{ ref('int_register__exclusions_in_effect') }} as exclusions
    on
        measurements.contract_id = exclusions.contract_id
        and exclusions.ticket_key is null
        and not exclusions.is_whole
        and {{ matches }}
