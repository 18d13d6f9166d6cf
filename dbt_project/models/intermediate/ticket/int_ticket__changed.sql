-- Grain: one row per ticket whose measurements may differ from the last build of this slot; none in a full build, which reads all
{{ config(materialized='table', indexes=[{'columns': ['ticket_key'], 'unique': true}]) }}
-- depends_on: {{ ref('int_run__changed_objects') }}, {{ ref('stg_ops__accepted_deliveries') }}
-- depends_on: {{ ref('stg_contract_register__contracts') }}, {{ ref('stg_contract_register__service_levels') }}
-- depends_on: {{ ref('int_register__exclusions_in_effect') }}
{%- set measurements = kept('int_sla__measurements') %}
{%- set tickets = kept('int_ticket__current') %}
{%- set events = kept('int_ticket__events') %}
{%- set exclusions = kept('int_sla__exclusions') %}
{%- if measurements is none or tickets is none or events is none or exclusions is none %}
    select null::text as ticket_key
    where false
{%- else %}
    with new_deliveries as materialized (
        select delivery_id
        from {{ ref('stg_ops__accepted_deliveries') }}
        where is_new
    ),

    changed_objects as materialized (
        select
            object_kind,
            object_id
        from {{ ref('int_run__changed_objects') }}
    ),

    delivered as (
        select tickets.ticket_key
        from new_deliveries
        inner join {{ source('raw', 'tickets') }} as tickets
            on new_deliveries.delivery_id = tickets._delivery_id
        union all
        select events.ticket_key
        from new_deliveries
        inner join {{ source('raw', 'ticket_events') }} as events
            on new_deliveries.delivery_id = events._delivery_id
        union all
        select verdicts.ticket_key
        from new_deliveries
        inner join {{ source('raw', 'source_verdicts') }} as verdicts
            on new_deliveries.delivery_id = verdicts._delivery_id
    ),

    -- What was still going on then depends on how late it is now.
    unsettled as (
        select ticket_key
        from {{ measurements }}
        where not is_settled
        union all
        select ticket_key
        from {{ tickets }}
        where has_later_events
    ),

    of_changed_register as (
        {{ tickets_of_objects('changed_objects', measurements, tickets, events, exclusions) | indent(8) }}
    )

    select ticket_key
    from delivered
    union distinct
    select ticket_key
    from unsettled
    union distinct
    select ticket_key
    from of_changed_register
{%- endif %}
