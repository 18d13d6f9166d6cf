-- Grain: one row per register object that says something else than at the last build of this slot, and ticket that this touches
{{ config(materialized='view') }}
-- Empty in a slot that was just built. scripts/preview_change asks it with a change landed in a transaction that it rolls back;
-- a build asks the same of its changed objects (int_ticket__changed).
with pending_objects as materialized (
    select
        object_kind,
        object_id
    from {{ ref('int_run__pending_objects') }}
)

select distinct
    touched.object_kind,
    touched.object_id,
    touched.ticket_key
from (
    {{ tickets_of_objects(
        'pending_objects',
        ref('int_sla__measurements'),
        ref('int_ticket__current'),
        ref('int_ticket__events'),
        ref('int_sla__exclusions')
    ) }}
) as touched
