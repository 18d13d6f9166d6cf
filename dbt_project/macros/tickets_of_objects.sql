{#- Tickets whose measurements rest on register objects, by what a build has left: (object_kind, object_id, ticket_key), a
    ticket perhaps several times. `objects` names a relation with columns object_kind and object_id.

    int_ticket__changed asks it during a build, of the tables that the build before has left; int_run__touched_tickets asks
    it of a complete slot. The branches look up tickets by index or hash; nothing is asked for objects that did not change. -#}
{% macro tickets_of_objects(objects, measurements, tickets, events, exclusions) -%}
    select
        objects.object_kind,
        objects.object_id,
        measurements.ticket_key
    from {{ objects }} as objects
    inner join {{ ref('stg_contract_register__service_levels') }} as service_levels
        on objects.object_id = service_levels.calendar_id
    inner join {{ measurements }} as measurements
        on service_levels.service_level_id = measurements.service_level_id
    where objects.object_kind = 'calendar'
    union all
    select
        objects.object_kind,
        objects.object_id,
        tickets.ticket_key
    from {{ objects }} as objects
    inner join {{ tickets }} as tickets
        on objects.object_id = tickets.contract_id
    where objects.object_kind = 'contract'
    union all
    select
        objects.object_kind,
        objects.object_id,
        measurements.ticket_key
    from {{ objects }} as objects
    inner join {{ measurements }} as measurements
        on objects.object_id = measurements.contract_id
    where objects.object_kind = 'contract'
    {%- for holding in [tickets, events] %}
    union all
    select
        objects.object_kind,
        objects.object_id,
        holding.ticket_key
    from (
        select
            objects.object_kind,
            objects.object_id,
            objects.object_id as supplier_id
        from {{ objects }} as objects
        where objects.object_kind = 'supplier'
        union all
        select distinct
            objects.object_kind,
            objects.object_id,
            contracts.supplier_id
        from {{ objects }} as objects
        inner join {{ ref('stg_contract_register__contracts') }} as contracts
            on objects.object_id = contracts.contract_id
        where objects.object_kind = 'contract'
    ) as objects
    inner join {{ holding }} as holding
        on objects.supplier_id = holding.supplier_id
    union all
    select
        objects.object_kind,
        objects.object_id,
        holding.ticket_key
    from {{ objects }} as objects
    inner join {{ holding }} as holding
        on objects.object_id = holding.work_centre_id
    where objects.object_kind = 'work_centre'
    {%- endfor %}
    union all
    -- A ticket without a work centre has nobody who could change; one that only names a new work centre is delivered anew.
    select
        objects.object_kind,
        objects.object_id,
        objects.object_id as ticket_key
    from {{ objects }} as objects
    where objects.object_kind = 'ticket'
    union all
    -- A window of a contract or level: the clocks that it can meet now, and those that it has met.
    select
        objects.object_kind,
        objects.object_id,
        measurements.ticket_key
    from {{ objects }} as objects
    inner join {{ ref('int_register__exclusions_in_effect') }} as windows
        on objects.object_id = windows.exclusion_id
    inner join {{ measurements }} as measurements
        on
            windows.contract_id = measurements.contract_id
            and (windows.service_level_id is null or windows.service_level_id = measurements.service_level_id)
            and windows.excluded_to > measurements.started_at
            and (
                not measurements.is_settled
                or windows.excluded_from <= coalesce(measurements.stopped_at, 'infinity')
            )
    where objects.object_kind = 'exclusion'
    union all
    select
        objects.object_kind,
        objects.object_id,
        exclusions.ticket_key
    from {{ objects }} as objects
    inner join {{ exclusions }} as exclusions
        on objects.object_id = exclusions.exclusion_id
    where objects.object_kind = 'exclusion'
{%- endmacro %}
