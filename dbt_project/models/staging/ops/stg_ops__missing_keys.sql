-- Grain: one row per key that is known and not in the newest full dump of its source
select
    missing.delivery_id,
    missing.entity,
    missing.record_key,
    dumps.relative_path as dump_file,
    last_deliveries.relative_path as source_file,
    missing.last_line as source_row_number
from {{ source('ops', 'missing_from_full_dump') }} as missing
inner join {{ source('ops', 'delivery') }} as dumps
    on missing.delivery_id = dumps.delivery_id
inner join {{ source('ops', 'delivery') }} as last_deliveries
    on missing.last_delivery_id = last_deliveries.delivery_id
cross join {{ ref('stg_ops__run') }} as run
where dumps.as_of <= run.as_of
