-- Grain: one row per delivered file that was refused as a whole
select
    deliveries.delivery_id,
    deliveries.relative_path as source_file,
    deliveries.entity,
    deliveries.rows_in_file as row_count,
    deliveries.reason
from {{ source('ops', 'delivery') }} as deliveries
cross join {{ ref('stg_ops__run') }} as run
where
    deliveries.state = 'refused'
    and deliveries.as_of <= run.as_of
