-- Grain: one row, the parameters of the build of this slot
select
    slots.as_of,
    slots.delivery_watermark,
    slots.built_as_of
from {{ source('ops', 'slot') }} as slots
where slots.slot = '{{ target.schema }}'
