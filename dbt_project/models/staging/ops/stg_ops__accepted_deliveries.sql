-- Grain: one row per delivery whose loaded rows this build may use
-- The list is frozen when the slot is chosen: a delivery judged meanwhile is the next night's.
select
    deliveries.delivery_id,
    deliveries.entity,
    deliveries.relative_path as source_file,
    not frozen.is_built as is_new,
    deliveries.snapshot_interval,
    deliveries.as_of as received_as_of,
    -- What happened until then the file could know of.
    coalesce(deliveries.exported_at, deliveries.as_of) as knows_until
from {{ source('ops', 'slot_delivery') }} as frozen
inner join {{ source('ops', 'delivery') }} as deliveries
    on frozen.delivery_id = deliveries.delivery_id
where frozen.slot = '{{ target.schema }}'
