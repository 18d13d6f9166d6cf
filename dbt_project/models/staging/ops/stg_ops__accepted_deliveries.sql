-- Grain: one row per delivery whose loaded rows this build may use
select
    deliveries.delivery_id,
    deliveries.entity,
    deliveries.relative_path as source_file
from {{ source('ops', 'delivery') }} as deliveries
cross join {{ ref('stg_ops__run') }} as run
where
    deliveries.state in ('loaded', 'partly_loaded')
    and deliveries.is_checked
    and deliveries.delivery_id <= run.delivery_watermark
